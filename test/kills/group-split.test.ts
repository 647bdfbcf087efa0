import { setTimeout } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { reject } from '../../src/index.ts'
import { KafkaCrashStore } from '../../src/kafka/state/crash-store.ts'
import type { Plugin, PluginState } from '../../src/plugin/plugin.ts'
import { controlTopicOf, marksTopicOf, stateTopicOf } from '../../src/topics/names.ts'
import { moved } from '../support/events.ts'
import { groupOffsets, withAdmin } from '../support/group.ts'
import { type Database, database } from '../support/postgres.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { serviceClient, until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'
import { readStates } from '../support/states.ts'

const PARTITIONS = 12
const EVENTS = 60
const SLICE_MS = 15
/** A command that has not come to where it is to be killed by then does not come there at all. */
const KILL_LIMIT_MS = 120_000

/** Plugins that note each event that they complete. `a` can be made to hold some of them. */
function plugins() {
  const seen: Record<'a' | 'b', string[]> = { a: [], b: [] }
  const state = { isHolding: true }
  const a: Plugin = {
    slug: 'a',
    // What is held is held until the service stops, on a slow machine too.
    timeoutMs: 600_000,
    async processEvent({ id }, { signal }) {
      const isHeld = state.isHolding && Number(id.split('/')[1]) < PARTITIONS
      if (isHeld) await new Promise((_, end) => signal.addEventListener('abort', () => end('stop')))
      seen.a.push(id)
    },
  }
  const b: Plugin = {
    slug: 'b',
    startFrom: 'now',
    processEvent({ id }) {
      seen.b.push(id)
      return id.startsWith('bad') && seen.b.filter((each) => each === id).length === 1
        ? reject('not yet')
        : undefined
    },
  }
  return { a, b, seen, state }
}

/** It counts the events of each entity. */
function counting(plugin: Plugin): Plugin {
  return {
    ...plugin,
    state: { version: 1, initial: () => 0 },
    processEvent(event, context) {
      const { state } = context as unknown as { state: PluginState<number> }
      state.set((count) => count + 1)
      return plugin.processEvent(event, context)
    },
  }
}

async function scene(store: 'kafka:' | Database) {
  const { a, b: stateless, seen, state } = plugins()
  // With the store postgres, plugins have no state.
  const b = store === 'kafka:' ? counting(stateless) : stateless
  const own = store === 'kafka:' ? {} : { IDEMPOTENCY_STORE: store.url }
  const settings = { DRAIN_TIMEOUT_MS: '300', ...own }
  const s = await situation({
    plugins: [a, b],
    partitions: PARTITIONS,
    store: 'kafka:',
    settings,
  })
  const fresh = `${s.groupId}-fresh`
  const args = ['group', 'split', '--from', s.groupId, '--to', fresh, '--plugins', 'b']

  async function cli(args: string[], env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await runCli(args, { env: { ...s.settings, ...env } })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }

  async function refused(args: string[], env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await runCli(args, { env: { ...s.settings, ...env } })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    return stderr
  }

  /**
   * Kills the command when `reached` holds. It runs in slices, and is stopped while that is asked, so that
   * it can't end in the meantime.
   */
  async function killWhen(
    what: string,
    reached: (admin: Admin) => Promise<boolean>,
  ): Promise<void> {
    const { child, ended, output } = startCli([...args, '--yes'], s.settings)
    const limit = AbortSignal.timeout(KILL_LIMIT_MS)
    let isReached = false
    let askedMs = 0
    await withAdmin(async (admin) => {
      while (child.exitCode === null && !isReached && !limit.aborted) {
        child.kill('SIGCONT')
        // Where brokers are slow to answer here, they are slow for the command, too: its requests would time out.
        await setTimeout(Math.max(SLICE_MS, askedMs))
        child.kill('SIGSTOP')
        const askedAtMs = performance.now()
        isReached = await reached(admin)
        askedMs = performance.now() - askedAtMs
      }
    })
    child.kill('SIGKILL')
    const code = await ended
    expect({ code, isReached }, `${what}: ${output.out}${output.err}`).toEqual({
      code: null,
      isReached: true,
    })
    expect(await cli(args)).toMatch(/^begun by .*, and not ended\n/)
  }
  return { ...s, a, b, seen, state, fresh, args, cli, refused, killWhen }
}

function crashesOf(groupId: string): KafkaCrashStore {
  const store = new KafkaCrashStore({ kafka: serviceClient(), groupId, log: { warn() {} } })
  onTestFinished(() => store.close())
  return store
}

/** Moves of as many entities as there are events, so that all partitions get some. */
function events(name: string, count: number) {
  return Array.from({ length: count }, (_, n) => moved(`ent_${n}`, n, `${name}/${n}`))
}

const ids = (all: readonly Event[]) => all.map(({ id }) => id).sort()

async function endOf(admin: Admin, topic: string): Promise<number> {
  if (!(await admin.listTopics()).includes(topic)) return 0
  const ends = await admin.fetchTopicOffsets(topic)
  return ends.reduce((sum, { high }) => sum + Number(high), 0)
}

async function committedBy(admin: Admin, groupId: string, topic: string): Promise<number> {
  const rows = await admin.fetchOffsets({ groupId, topics: [topic] })
  return rows.flatMap(({ partitions }) => partitions).filter(({ offset }) => Number(offset) >= 0)
    .length
}

it.each(['kafka:', 'postgres:'] as const)(
  'a new group begins where the old one stands, whenever the command is killed: %s',
  async (name) => {
    const db = await database()
    const s = await scene(name === 'kafka:' ? 'kafka:' : db)
    const first = [...events('first', EVENTS), moved('ent_bad', 0, 'bad/99')]

    // Everything is handled by both but what `a` holds, so that most is above the committed offsets.
    const before = await s.start()
    await s.publish(first)
    const isHandled = () =>
      s.seen.b.length >= first.length && s.seen.a.length >= first.length - PARTITIONS
    await until(isHandled, { what: 'all events to be handled, but those that are held' })
    await until(async () => (await s.letters()).length === 1, { what: 'the dead letter' })
    expect(await s.refused(s.args)).toMatch(/has 1 member; one that was killed counts for up to/)
    await before.stop()
    s.state.isHolding = false
    const stood = await s.offsets()
    expect(stood.some(({ committed, end }) => committed < end)).toBe(true)

    expect(await s.cli(s.args)).toMatch(/^b \(enabled\): from group .*\nDry run\. .*\n$/s)
    expect(await s.cli([...s.args, '--json'])).toContain('"isDone": false')
    const topics = await withAdmin((admin) => admin.listTopics())
    expect(topics).not.toContain(controlTopicOf(s.fresh))

    await s.killWhen('the split to have begun', async (admin) => {
      return (await endOf(admin, controlTopicOf(s.fresh))) > 0
    })
    await s.killWhen('some marks to be copied', async (admin) => {
      if (name === 'kafka:') return (await endOf(admin, marksTopicOf(s.topic, s.fresh))) > 0
      const rows = await db.query(
        'select 1 from inventory_events_marks where group_id = $1 limit 1',
        [s.fresh],
      )
      return rows.length > 0
    })
    await expect(s.start({ KAFKA_GROUP_ID: s.fresh }, [s.b])).rejects.toThrow(
      expect.objectContaining({ code: 'SPLIT_UNFINISHED' }),
    )

    // The old group may go on meanwhile: what is new to the moved plugin waits.
    const between = await s.start()
    const second = events('second', EVENTS)
    await s.publish(second)
    await until(() => s.seen.a.length >= first.length + second.length, {
      what: 'the other plugin',
    })
    await between.stop()
    expect(s.seen.b.filter((id) => id.startsWith('second'))).toEqual([])
    expect([...s.seen.a].sort()).toEqual(ids([...first, ...second]))

    await s.killWhen('some offsets to be committed', async (admin) => {
      return (await committedBy(admin, s.fresh, s.topic)) > 0
    })
    expect(await s.cli([...s.args, '--yes'])).toContain(
      `${s.fresh}: begins where ${s.groupId} stood`,
    )
    expect(await s.cli([...s.args, '--yes'])).toContain('nothing is left to do')
    expect(await groupOffsets(s.fresh, s.topic)).toMatchObject(
      stood.map(({ partition, committed }) => ({ partition, committed })),
    )
    expect(await s.cli(['plugins', 'list', '--states'])).toMatch(/^b +disabled .* moved to group/m)

    // The old group still has the moved plugin: it must not get anything there.
    await Promise.all([s.start(), s.start({ KAFKA_GROUP_ID: s.fresh }, [s.b])])
    const third = events('third', EVENTS)
    await s.publish(third)
    // A producer repeats what was handled before the split.
    await s.produce(first.slice(0, 20).map((event) => s.record(event)))
    const all = [...first, ...second, ...third]
    await s.caughtUp()
    await until(
      async () => (await groupOffsets(s.fresh, s.topic)).every((row) => row.committed === row.end),
      { what: 'the new group to commit everything' },
    )
    expect([...s.seen.a].sort()).toEqual(ids(all))
    expect([...s.seen.b].sort()).toEqual(ids(all))

    if (name === 'kafka:') {
      const states = await readStates(stateTopicOf(s.topic, s.fresh), PARTITIONS, 'b')
      const counts = [...states].map(([entity, { value }]) => [entity, value])
      const moves = events('', EVENTS).map(({ entity }) => [entity.id, 3])
      // The event that was rejected changed nothing.
      expect(counts.sort()).toEqual(moves.sort())
    }

    // The dead letter is of the old group, and is redriven to where the plugin is now.
    const redriven = await s.cli(['dead-letters', 'redrive', '--plugin', 'b', '--yes'])
    expect(redriven).toBe('1 redriven, 0 redriven before\n')
    await until(() => s.seen.b.length >= all.length + 1, { what: 'the redriven event' })
    expect(s.seen.b.at(-1)).toBe('bad/99')
    expect(s.seen.a).toHaveLength(all.length)
  },
)

it('refuses what would lose or repeat events, and copies states and crashes', async () => {
  const s = await scene('kafka:')
  s.state.isHolding = false
  expect(await s.refused(s.args)).toContain(`group ${s.groupId} has committed no offsets of`)
  const same = ['group', 'split', '--from', s.groupId, '--to', s.groupId, '--plugins', 'b']
  expect(await s.refused(same)).toContain('--to: expected another group')
  const old = await s.start()
  await s.publish(events('first', EVENTS))
  await s.caughtUp()
  await old.stop()

  const PLUGINS = pluginPath('plugins/logging')
  const unknown = await s.refused(s.args, { PLUGINS })
  expect(unknown).toContain('--plugins: no plugin of PLUGINS has the slug b')
  const paused = ['plugins', 'pause', 'a', '--why', 'it is paused']
  await s.cli(paused)
  const place = { topic: s.topic, partition: 3 }
  const [crashes, copied] = [crashesOf(s.groupId), crashesOf(s.fresh)]
  await crashes.change(place, (counts) => void counts.set('7/b', 2).set('7/c', 1))
  await s.cli([...s.args.slice(0, -1), 'a,b', '--yes', '--why', 'they stall'])
  expect(await copied.read(place)).toEqual(new Map([['7/b', 2]]))
  const KAFKA_GROUP_ID = s.fresh
  const states = await s.cli(['plugins', 'list', '--states'], { KAFKA_GROUP_ID })
  expect(states).toMatch(/^a +paused .* it is paused\nb +enabled .* they stall$/m)
  expect(await s.refused(s.args)).toMatch(/--to: expected a new group, but .* with a, b by/)

  const running = await s.start({ KAFKA_GROUP_ID }, [s.b])
  await until(async () => (await groupOffsets(s.fresh, s.topic)).length === PARTITIONS, {
    what: 'the new group to run',
  })
  const again = ['group', 'split', '--from', s.fresh, '--to', s.groupId, '--plugins', 'b']
  expect(await s.refused(again)).toMatch(/has 1 member/)
  await running.stop()
  expect(await s.refused(again)).toMatch(/--to: expected a new group, but .*\.control has records/)
})
