import { expect, it } from 'vitest'
import { moved, pluginEvent } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { scrape, situation, total } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const PLUGINS = pluginPath('plugins/slow')

/** Events for many entities, whose handlers take this long each. */
const slowEvents = (count: number, ms: number) =>
  Array.from({ length: count }, (_, n) => pluginEvent('slow', { id: `ent_${n}`, ms }))

it('on SIGTERM completes and commits accepted events, and leaves the group', async () => {
  // Of several partitions, each is opened and read for itself, so some would be read too late.
  const s = await situation({ plugins: [], partitions: 1 })
  const taken = slowEvents(60, 2_000)
  await s.publish(taken)
  const service = serve({ ...s.settings, PLUGINS })
  const noted = () => service.log().filter(({ msg }) => msg === 'noted')
  const { httpPort } = await service.logged('started')
  const read = async () => total(await scrape(Number(httpPort)), 'records_consumed_total')
  await until(async () => (await read()) === taken.length, { what: 'all events to be read' })
  service.kill('SIGTERM')
  await service.logged('stopping; a second signal exits immediately')
  expect(noted().length).toBeLessThan(20)
  await s.publish(slowEvents(20, 0))

  expect(await service.ended).toBe(0)
  expect(service.log().at(-1)?.msg).toBe('stopped')
  expect(
    noted()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(taken.map(({ id }) => id).sort())
  const committed = (await s.offsets()).reduce((sum, each) => sum + each.committed, 0)
  expect(committed).toBe(taken.length)
  expect(await groupState(s.groupId)).toBe('Empty')
})

it('exits immediately on a second signal', async () => {
  const s = await situation({ plugins: [] })
  await s.publish(slowEvents(1, 3_600_000))
  const service = serve({ ...s.settings, PLUGINS, DRAIN_TIMEOUT_MS: '3600000' })
  await service.logged('begun')
  service.kill('SIGTERM')
  await service.logged('stopping; a second signal exits immediately')
  service.kill('SIGTERM')
  expect(await service.ended).toBe(1)
})

it('exits with 1 and names the plugin whose handler ignores its signal', async () => {
  const s = await situation({ plugins: [] })
  const ignoring = pluginPath('bad-plugins/never-returns')
  await s.publish([moved('ent_1')])
  const service = serve({
    ...s.settings,
    PLUGINS: ignoring,
    HANDLER_TIMEOUT_MS: '100',
    HANDLER_GRACE_MS: '100',
    DRAIN_TIMEOUT_MS: '100',
  })
  expect(await service.ended).toBe(1)
  const fatal = service.log().find(({ level }) => level === 'fatal')
  expect(fatal?.err).toMatchObject({
    code: 'HANDLER_TIMEOUT',
    plugin: 'never-returns',
    record: expect.stringContaining(s.topic),
  })
  const [first] = (await s.offsets()).filter(({ end }) => end === 1)
  expect(first?.committed).toBe(0)
})

function groupState(groupId: string): Promise<string | undefined> {
  return withAdmin(async (admin) => (await admin.describeGroups([groupId])).groups[0]?.state)
}
