import { expect, it } from 'vitest'
import { startConsole } from '../support/console.ts'
import { consoleApi } from '../support/console-api.ts'
import { groupMembers } from '../support/group.ts'
import { database } from '../support/postgres.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { steadyNotes } from '../support/steady-notes.ts'

const ENTITIES = 40
const TAKES_PART = 'takes part in a catch-up'

it('with the store postgres: is cancelled while a replica is down, and done while one is killed', async () => {
  const notes = steadyNotes()
  const { url, query } = await database()
  const s = await situation({
    ...{ plugins: [], registered: true },
    settings: {
      PLUGINS: pluginPath('plugins/steady'),
      SESSION_TIMEOUT_MS: '6000',
      STATUS_INTERVAL_MS: '1000',
      IDEMPOTENCY_STORE: url,
      IDEMPOTENCY_LEASE_MS: '5000',
      NOTES: notes.file,
    },
  })
  const cli = (...args: string[]) => runCli(args, { env: s.settings })
  // Its handlers outlast the drain, and do not listen to their signal.
  const one = serve({ ...s.settings, DRAIN_TIMEOUT_MS: '0' })
  const other = serve({ ...s.settings, PLUGINS: pluginPath('plugins/noting') })
  for (const each of [one, other]) await each.logged('started')
  expect(await cli('plugins', 'disable', 'steady', '--why', 'a test')).toMatchObject({ code: 0 })
  for (const each of [one, other]) await each.logged('switch changed')
  await s.publish(notes.next(ENTITIES, 10))
  await s.caughtUp()

  // Only one of them runs the plugin; the other one is down when the catch-up is cancelled.
  await notes.hold()
  const api = await consoleApi(await startConsole(s.settings), 'admin')
  await api.catchUp('steady')
  await until(async () => (await notes.read()).length > 0, { what: 'a handler to be called' })
  const membersOf = (generation: number) =>
    groupMembers(`${s.groupId}.replay.steady.${generation}`, s.topic)
  expect(await membersOf(1)).toHaveLength(1)
  expect(other.log().map(({ msg }) => msg)).not.toContain(TAKES_PART)
  other.kill('SIGKILL')
  await api.abandon('steady')
  const late = serve(s.settings)
  await late.logged('started')
  const refused = await cli('plugins', 'enable', 'steady')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/has 1 member: events of the cancelled catch-up are still/)
  await notes.letGo()
  await until(async () => (await membersOf(1)).length === 0, { what: 'the handlers to end' })
  expect(late.log().map(({ msg }) => msg)).not.toContain(TAKES_PART)

  await s.publish(notes.next(ENTITIES, 10))
  await api.catchUp('steady')
  await until(async () => (await membersOf(2)).length === 2, { what: 'both to take part' })
  const before = await notes.handled()
  await until(async () => (await notes.handled()) > before, { what: 'more to be handled' })
  one.kill('SIGKILL')
  await s.publish(notes.next(ENTITIES, 5))
  await until(async () => (await api.planOf('steady'))?.state === 'done', { what: 'its end' })
  await s.publish(notes.next(ENTITIES, 1))
  await until(async () => (await notes.handled()) === notes.total(), { what: 'the live events' })
  await s.caughtUp()
  await notes.expectPromises(new Set([one.pid!]))
  const completed = "select event_id from inventory_events_marks where state = 'completed'"
  const marks = await query<{ event_id: string }>(`${completed} and plugin = 'steady'`)
  expect(new Set(marks.map((row) => row.event_id)).size).toBe(notes.total())
  expect(marks).toHaveLength(notes.total())
})
