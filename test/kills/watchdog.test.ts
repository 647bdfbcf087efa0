import { expect, it } from 'vitest'
import { pluginEvent } from '../support/events.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const PLUGINS = pluginPath('bad-plugins/blocks')
const LIMIT_MS = 1_500
const ENDS = 'the main thread is blocked; ending the process'
const AT = 'stack of the blocked main thread'

async function blocking(partitions = 1) {
  const s = await situation({ plugins: [], partitions })
  const settings = { ...s.settings, PLUGINS, WATCHDOG_TIMEOUT_MS: String(LIMIT_MS) }
  return { s, start: (more = {}) => serve({ ...settings, ...more }) }
}

it.each(['for ever', 'later', 'in pieces'])(
  'exits with 1 and names plugin and event: blocked %s',
  async (how) => {
    const { s, start } = await blocking()
    const event = pluginEvent('block', { id: 'ent_1', how })
    await s.publish([event])
    const service = start()
    expect(await service.ended).toBe(1)
    const [ends, at] = service.log().slice(-2)
    const who = { plugin: 'blocks', record: `${s.topic}/0@0`, event: event.id }
    expect(ends).toMatchObject({ level: 'fatal', msg: ENDS, ...who })
    expect(ends!.blockedMs).toBeGreaterThanOrEqual(LIMIT_MS)
    expect(at).toMatchObject({ level: 'fatal', msg: AT })
    expect((at!.at as string[])[0]).toContain('bad-plugins/blocks.ts')
    expect((await s.offsets())[0]!.committed).toBe(0)
  },
)

it('tolerates a block shorter than the limit', async () => {
  const { s, start } = await blocking()
  const service = start({ SESSION_TIMEOUT_MS: '6000', WATCHDOG_TIMEOUT_MS: '5000' })
  await s.publish([pluginEvent('block', { id: 'ent_1', ms: 3_000 })])
  await service.logged('handled')
  await s.caughtUp()
  expect(service.log().filter(({ level }) => level === 'fatal')).toEqual([])
  service.kill('SIGTERM')
  expect(await service.ended).toBe(0)
})

it('does not mistake a stopped process for a blocked one', async () => {
  const { s, start } = await blocking()
  const service = start()
  await s.publish([pluginEvent('quick', { id: 'ent_1' })])
  await service.logged('handled')
  service.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 3 * LIMIT_MS))
  service.kill('SIGCONT')
  await s.publish([pluginEvent('quick', { id: 'ent_2' })])
  const handled = () => service.log().filter(({ msg }) => msg === 'handled').length === 2
  await until(handled, { what: 'the service to continue' })
  expect(service.log().filter(({ level }) => level === 'fatal')).toEqual([])
})

it('leaves other events to the other replica', async () => {
  const { s, start } = await blocking(2)
  const first = start({ SESSION_TIMEOUT_MS: '6000' })
  const healthy = start({ SESSION_TIMEOUT_MS: '6000', PLUGINS: pluginPath('plugins/noting') })
  const shared = async () => (await s.members()).filter((each) => each.length === 1).length === 2
  await until(shared, { what: 'both replicas to have a partition' })
  const events = Array.from({ length: 20 }, (_, n) =>
    pluginEvent('block', { id: `ent_${n}`, how: 'for ever' }),
  )
  await s.publish(events)
  expect(await first.ended).toBe(1)
  await s.caughtUp()
  expect(healthy.log().filter(({ level }) => level === 'fatal')).toEqual([])
})
