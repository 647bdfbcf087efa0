import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { startConsole } from '../support/console.ts'
import { consoleApi } from '../support/console-api.ts'
import { groupMembers } from '../support/group.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { readAll, situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { steadyNotes } from '../support/steady-notes.ts'

const PARTITIONS = 4
const ENTITIES = 120
const MISSED_EACH = 30
const TIMEOUT_MS = 240_000
/** So slow that the catch-up outlasts what happens to the replicas, on a busy machine too. */
const HANDLER_MS = 75
/** Rarer than one replica can handle them. */
const ARRIVE_MS = 1_000
/** Of a record in the marks topic, as `src/idempotency/kafka/mark-format.ts` has it. */
const VERSION_BYTES = 1
const MARK_BYTES = 16
const KEY_BYTES = 12

it(
  'catches up while events arrive, replicas are killed, frozen and restarted, and consoles end',
  async () => {
    const notes = steadyNotes()
    const s = await situation({
      ...{ plugins: [], partitions: PARTITIONS, store: 'kafka:', registered: true },
      settings: {
        PLUGINS: pluginPath('plugins/steady'),
        SESSION_TIMEOUT_MS: '6000',
        STATUS_INTERVAL_MS: '1000',
        NOTES: notes.file,
        HANDLER_MS: `${HANDLER_MS}`,
      },
    })
    const start = () => serve(s.settings)
    const hurt = new Set<number>()
    let [one, other] = [start(), start()]
    onTestFinished(() => void other.kill('SIGCONT'))
    for (const each of [one, other]) await each.logged('started')
    const off = await runCli(['plugins', 'disable', 'steady', '--why', 'a test'], {
      env: s.settings,
    })
    expect(off.code).toBe(0)
    for (const each of [one, other]) await each.logged('switch changed')
    await s.publish(notes.next(ENTITIES, MISSED_EACH))
    await s.caughtUp()
    expect(await notes.handled()).toBe(0)

    const first = await startConsole(s.settings)
    await (await consoleApi(first, 'admin')).catchUp('steady')
    const group = `${s.groupId}.replay.steady.1`
    const isAt = (count: number) =>
      until(async () => (await notes.handled()) >= count, { what: `${count} to be handled` })
    const members = async (count: number) =>
      until(
        async () => {
          const all = await groupMembers(group, s.topic)
          return all.length === count && all.every((own) => own.length > 0)
        },
        { what: `${count} members to share the catch-up` },
      )

    let isArriving = true
    const arriving = (async () => {
      while (isArriving) {
        await s.publish(notes.next(ENTITIES / 10, 1))
        await wait(ARRIVE_MS)
      }
    })()
    await members(2)
    await isAt(300)
    hurt.add(one.pid!)
    one.kill('SIGKILL')
    one = start()
    await one.logged('takes part in a catch-up')
    await members(2)
    hurt.add(other.pid!)
    other.kill('SIGSTOP')
    await members(1)
    first.kill()
    // Without anyone who leads, they continue with what the plan names.
    expect(await notes.handled()).toBeLessThan(MISSED_EACH * ENTITIES)
    other.kill('SIGCONT')
    await members(2)
    one.kill('SIGTERM')
    expect(await one.ended).toBe(0)
    one = start()
    const second = await startConsole(s.settings)
    const api = await consoleApi(second, 'admin')
    await api.resume('steady')
    await until(async () => (await api.planOf('steady'))?.state === 'done', { what: 'its end' })
    isArriving = false
    await arriving

    await s.publish(notes.next(ENTITIES, 1))
    const published = notes.total()
    await until(async () => (await notes.handled()) >= published, { what: 'the live events' })
    await s.caughtUp()
    await notes.expectPromises(hurt)
    expect((await marksIn(s.marks)).size).toBe(published)
  },
  TIMEOUT_MS,
)

/** The keys of a marks topic: of each event one, however often it was handled. */
async function marksIn(topic: string): Promise<Set<string>> {
  const keys = (await readAll(topic)).flatMap(({ value }) => {
    const marks = value!.subarray(VERSION_BYTES)
    return Array.from({ length: marks.length / MARK_BYTES }, (_, n) =>
      marks.toString('hex', n * MARK_BYTES, n * MARK_BYTES + KEY_BYTES),
    )
  })
  return new Set(keys)
}
