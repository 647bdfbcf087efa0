import { expect, it } from 'vitest'
import { moved, wasted } from '../support/events.ts'
import { forwardUrl } from '../support/forwarder.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { endpoints, until } from '../support/stack.ts'

it('pauses a partition while the registry is down, continues with others, and then resumes', async () => {
  const registry = await forwardUrl(endpoints().registryUrl)
  const moves = recorder('inventory.moved', 'moves')
  const wastes = recorder('inventory.wasted', 'wastes')
  const s = await situation({ plugins: [moves.plugin, wastes.plugin], partitions: 2 })
  const move = (partition: number) => ({ ...s.record(moved('ent_1')), partition })
  const service = await s.start({ SCHEMA_REGISTRY_URL: registry.url })
  await s.produce([move(0), move(1)])
  await s.caughtUp()

  await registry.cut()
  const waste = wasted('ent_1')
  await s.produce([{ ...s.record(waste), partition: 1 }, move(1)])
  const isPaused = async () => (await service.metric('paused_partitions')) === 1
  await until(isPaused, { what: 'the partition to be paused' })
  await s.produce([move(0), move(0)])
  await until(async () => (await s.offsets())[0]?.committed === 3, { what: 'the other partition' })
  expect((await s.offsets())[1]).toMatchObject({ committed: 1, end: 3 })
  expect(moves.seen).toHaveLength(4)
  const lines = service.log.map(({ msg, topic, partition }) => `${msg} ${topic} ${partition}`)
  expect(lines).toContain(`partition paused ${s.topic} 1`)
  expect(lines.join('\n')).toMatch(/schema \d+ could not be fetched: .* registry at http.+/)
  const live = await fetch(`http://127.0.0.1:${service.httpPort}/livez`)
  expect(live.status).toBe(200)

  await registry.restore()
  await s.caughtUp()
  expect(wastes.ids()).toEqual([waste.id])
  expect(moves.seen).toHaveLength(5)
  expect(await s.letters()).toEqual([])
  expect(await service.metric('paused_partitions')).toBe(0)
})
