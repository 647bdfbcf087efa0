import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('calls a plugin once for an event, however often and to whichever partition it is published', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin] })
  const events = Array.from({ length: 200 }, (_, n) => moved(`ent_${n % 20}`, n))
  const again = events[7]!
  const service = await s.start()
  await s.publish([...events.slice(0, 10), again, again, ...events.slice(10)])
  await s.caughtUp()
  // Later, after other events, and with keys that map to at least two other partitions.
  await s.publish([moved('ent_7', 1_000), again, moved('ent_7', 1_001)])
  await s.produce([0, 1, 2].map((partition) => ({ ...s.record(again), key: 'other', partition })))
  await s.caughtUp()

  expect(ids()).toHaveLength(202)
  expect(new Set(ids()).size).toBe(202)
  expect(await service.metric('deliveries_total{outcome="processed"}')).toBe(202)
  expect(await service.metric('deliveries_total{outcome="duplicate"}')).toBe(6)
  expect(await service.metric('unaccounted_deliveries')).toBe(0)
})

it('recognises a duplicate while the first is still being handled', async () => {
  const event = moved('ent_1')
  let calls = 0
  let running = 0
  let mostAtOnce = 0
  const plugin = {
    slug: 'failing-first',
    async processEvent() {
      calls += 1
      running += 1
      mostAtOnce = Math.max(mostAtOnce, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      if (calls < 4) throw new Error('not yet')
    },
  }
  const s = await situation({ plugins: [plugin] })
  const record = s.record(event)
  await s.produce(['a', 'b', 'c', 'a'].map((key) => ({ ...record, key, partition: 0 })))
  const service = await s.start()
  await s.caughtUp()
  expect({ calls, mostAtOnce }).toEqual({ calls: 4, mostAtOnce: 1 })
  expect(await service.metric('deliveries_total{outcome="duplicate"}')).toBe(3)
})

it('calls a plugin again after a restart with the memory store', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin] })
  const event = moved('ent_1')
  const first = await s.start()
  await s.publish([event])
  await s.caughtUp()
  await first.stop()
  const second = await s.start()
  await s.publish([event, event])
  await s.caughtUp()
  expect(ids()).toEqual([event.id, event.id])
  expect(await second.metric('deliveries_total{outcome="duplicate"}')).toBe(1)
  expect(second.log).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      msg: expect.stringMatching(/^IDEMPOTENCY_STORE is memory: .*forgotten at a restart/),
    }),
  )
})
