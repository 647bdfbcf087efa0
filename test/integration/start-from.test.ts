import { expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { readControl } from '../../src/kafka/state/control-log.ts'
import { writeSwitches } from '../../src/operate/switches.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { situation } from '../support/service-kit.ts'
import { serviceClient, until } from '../support/stack.ts'

/** A plugin with startFrom now and one without. Both record their calls. */
async function scene() {
  const called: string[] = []
  const noting = (slug: string, more: Partial<Plugin> = {}): Plugin => ({
    slug,
    processEvent: ({ id }: Event) => void called.push(`${slug} ${id}`),
    ...more,
  })
  const plugins = [noting('fresh', { startFrom: 'now' }), noting('all')]
  const s = await situation({ plugins })
  const of = (slug: string) =>
    called
      .filter((call) => call.startsWith(slug))
      .map((call) => call.split(' ')[1])
      .sort()
  return { ...s, plugins, of }
}

/** Events with these ids, each about another entity, so in all partitions. */
function events(...ids: string[]): Event[] {
  return ids.map((id) => moved(id, 0, id))
}

async function startsIn(groupId: string): Promise<number> {
  const keys: string[] = []
  await readControl(serviceClient(), groupId, ({ key }) => void keys.push(String(key)))
  return keys.filter((key) => key === 'start:fresh').length
}

const saysNow = ({ log }: { log: Record<string, unknown>[] }) =>
  log.some(({ msg }) => msg === 'plugins are new to the group; starting at the end')

it('a new plugin with startFrom now gets none of the backlog, in any replica, also after a restart', async () => {
  const s = await scene()
  const before = await s.start({}, s.plugins.slice(1))
  await s.publish(events('1', '2', '3', '4'))
  await s.caughtUp()
  await before.stop()
  await s.publish(events('5', '6', '7', '8'))

  const replicas = await Promise.all([s.start(), s.start()])
  await s.publish(events('a1', 'a2', 'a3', 'a4'))
  await s.caughtUp()
  expect(s.of('fresh')).toEqual(['a1', 'a2', 'a3', 'a4'])
  expect(replicas.some(saysNow)).toBe(true)
  const written = await startsIn(s.groupId)
  expect(written).toBe(replicas.filter(saysNow).length)
  for (const replica of replicas) await replica.stop()

  await s.publish(events('b1', 'b2', 'b3', 'b4'))
  const again = await s.start()
  await s.caughtUp()
  expect(s.of('fresh')).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4'])
  expect(s.of('all')).toHaveLength(16)
  expect(new Set(s.of('all')).size).toBe(16)
  expect(saysNow(again)).toBe(false)
  expect(await startsIn(s.groupId)).toBe(written)
})

it('a plugin that the group knows gets the events that wait for it', async () => {
  const s = await scene()
  await s.publish(events('1', '2'))
  const paused = await runCli(['plugins', 'pause', 'fresh'], { env: { KAFKA_GROUP_ID: s.groupId } })
  expect(paused.code, paused.stderr).toBe(0)
  const replica = await s.start()
  await until(() => s.of('all').length === 2, { what: 'the other plugin to get its events' })
  expect(s.of('fresh')).toEqual([])
  const resumed = await runCli(['plugins', 'resume', 'fresh'], {
    env: { KAFKA_GROUP_ID: s.groupId },
  })
  expect(resumed.code, resumed.stderr).toBe(0)
  await s.caughtUp()
  expect(s.of('fresh')).toEqual(['1', '2'])
  expect(saysNow(replica)).toBe(false)
})

it('the service warns at startup about a start beyond the end of its topic', async () => {
  const s = await scene()
  const offsets = { [s.topic]: { 0: 5, 1: 0 } }
  const audit = { by: 'ann', at: '2026-01-01T00:00:00Z', why: 'the topic was longer' }
  const start = { switch: 'start', slug: 'all', offsets, ...audit } as const
  await writeSwitches(serviceClient(), s.groupId, [start])
  const { log } = await s.start()
  expect(log.filter(({ level, plugin }) => level === 'warn' && plugin === 'all')).toMatchObject([
    {
      plugin: 'all',
      partitions: [`${s.topic}/0`],
      msg: expect.stringMatching(/^the plugin starts beyond the end of partitions/),
    },
  ])
})
