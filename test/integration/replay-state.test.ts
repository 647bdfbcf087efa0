import { expect, it } from 'vitest'
import { replaceStates } from '../../src/kafka/state/replace-states.ts'
import { definePlugin } from '../../src/plugin/define-plugin.ts'
import { stateTopicOf } from '../../src/topics/names.ts'
import { auditOf } from '../support/audit.ts'
import { pluginEvent } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { database } from '../support/postgres.ts'
import { runCli } from '../support/run-cli.ts'
import { pluginPath } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { createTopics, serviceClient, until } from '../support/stack.ts'
import { readRows, readStates } from '../support/states.ts'

const PARTITIONS = 2
const STORES = ['kafka', 'postgres'] as const

/** As `plugins/counting`, with a mistake that is found later. */
const mistaken = definePlugin({
  slug: 'counting',
  state: { version: 1, initial: () => ({ count: 0, last: -1, disorder: 0 }) },
  processEvent(_, { state }) {
    state.set(({ count, ...rest }) => ({ ...rest, count: count + 10 }))
  },
})

async function scene(store: (typeof STORES)[number]) {
  const { url, query } = await database()
  const s = await situation({
    plugins: [mistaken],
    partitions: PARTITIONS,
    store: 'kafka:',
    settings: store === 'postgres' ? { IDEMPOTENCY_STORE: url } : {},
  })
  const env = { ...s.settings, PLUGINS: pluginPath('plugins/counting') }
  const cli = (...args: string[]) => runCli(args, { env })
  const move = (id: string) => pluginEvent('stockitem.moved', { id })
  async function counts({ whileOpen = false } = {}): Promise<Record<string, unknown>> {
    const states =
      store === 'postgres'
        ? await readRows(query, 'counting')
        : await readStates(stateTopicOf(s.topic, s.groupId), PARTITIONS, 'counting', { whileOpen })
    return Object.fromEntries(
      [...states].map(([key, { value }]) => [
        key.split(':')[1],
        (value as { count: number }).count,
      ]),
    )
  }
  async function fixed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await cli(...args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  return { ...s, cli, fixed, move, counts, query }
}

it.each(STORES)(
  'rebuilds what a plugin remembers from past events, beside the live state until the end: store %s',
  { timeout: 240_000 },
  async (store) => {
    const { start, publish, caughtUp, cli, fixed, move, counts, ...s } = await scene(store)
    const first = await start()
    await publish([move('gone')])
    await caughtUp()
    const at = Date.now()
    await until(() => Date.now() > at, { what: 'the next millisecond' })
    const from = ['--from', new Date().toISOString()]
    await publish([move('a'), move('a'), move('b')])
    await caughtUp()
    const wrong = { gone: 10, a: 20, b: 10 }
    expect(await counts()).toEqual(wrong)

    await fixed('plugins', 'pause', 'counting')
    const replay = ['replay', '--plugin', 'counting', ...from]
    expect(await fixed(...replay, '--yes')).toContain('processed 3')
    expect(await counts()).toEqual(wrong)
    const early = await cli(...replay, '--rebuild', '--yes')
    expect(early.stderr).toContain('expected a disabled plugin, but counting is paused')
    const part = await cli(...replay, '--rebuild', '--entity', 'a')
    expect(part.stderr).toContain('takes all events from --from on; expected no --entity')

    await fixed('plugins', 'disable', 'counting')
    const missed = move('a')
    await publish([missed])
    await caughtUp()
    const refused = await cli('plugins', 'enable', 'counting', ...from, '--yes')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('replay --plugin counting --rebuild --from TIME')
    expect(await fixed(...replay, '--rebuild')).toMatch(
      /4 for counting.*Dry run\. Add --yes to make the state of counting again/s,
    )
    if (store === 'kafka') {
      const waiting = await cli(...replay, '--rebuild', '--yes')
      expect(waiting.code).toBe(1)
      expect(waiting.stderr).toMatch(/has 1 member.*Stop all replicas, and run\n.*--resume/s)
      expect(await counts()).toEqual(wrong)
      const states = await fixed('plugins', 'list', '--states')
      expect(states).toContain('disabled, being rebuilt')
      const enabled = await cli('plugins', 'enable', 'counting')
      expect(enabled.stderr).toContain('"replay --plugin counting --rebuild --resume" continues')
      await first.stop()
      await publish([move('b')])
      expect(await fixed('replay', '--plugin', 'counting', '--rebuild', '--resume')).toContain(
        `counting: enabled in group ${s.groupId}`,
      )
    } else {
      await publish([move('b')])
      await fixed(...replay, '--rebuild', '--yes')
      await first.stop()
    }
    expect(await counts()).toEqual({ a: 3, b: 2 })
    await until(async () => (await leftovers(s)).length === 0, { what: 'no replay to be left' })
    const entries = (await auditOf(s.groupId)).filter(({ action }) => action === 'replay --rebuild')
    expect(entries.at(-1)).toMatchObject({ phase: 'done' })

    // What the rebuild handled is a duplicate; what comes after it is not.
    const second = await start({}, [mistaken])
    await publish([missed, move('b')])
    await caughtUp()
    expect(await counts()).toEqual({ a: 3, b: 12 })
    expect(await second.metric('deliveries_total{outcome="duplicate"}')).toBe(1)
  },
)

it('replaces all states of a plugin or none, also when it is killed and begins again', async () => {
  const s = await scene('kafka')
  const from = `${s.groupId}.replay.counting.1`
  await createTopics({ topic: stateTopicOf(s.topic, from), numPartitions: PARTITIONS })
  const state = (plugin: string, entity: string, count: number, partition: number) => ({
    key: `${plugin}\u0000stockitem:${entity}`,
    value: JSON.stringify({ version: 1, value: { count } }),
    partition,
  })
  const live = stateTopicOf(s.topic, s.groupId)
  const old = [
    state('counting', 'a', 1, 0),
    state('counting', 'b', 1, 1),
    state('other', 'a', 1, 0),
  ]
  await s.produce(old, live)
  await s.produce(
    [state('counting', 'a', 2, 0), state('counting', 'c', 2, 1)],
    stateTopicOf(s.topic, from),
  )
  const { promise: killed, reject: kill } = Promise.withResolvers<void>()
  let looks = 0
  const replacement = {
    ...{ slug: 'counting', topics: [s.topic], from, to: s.groupId },
    signal: AbortSignal.timeout(60_000),
  }
  const first = replaceStates(serviceClient(), {
    ...replacement,
    requireStopped: () => (++looks === 2 ? killed : Promise.resolve()),
  })
  await until(() => looks === 2, { what: 'everything to be written' })
  expect(await s.counts({ whileOpen: true })).toEqual({ a: 1, b: 1 })
  const rejected = expect(
    replaceStates(serviceClient(), {
      ...replacement,
      requireStopped: async () => {
        throw new Error('a replica runs')
      },
    }),
  ).rejects.toThrow('a replica runs')
  await rejected
  expect(await s.counts()).toEqual({ a: 1, b: 1 })
  await replaceStates(serviceClient(), { ...replacement, requireStopped: async () => {} })
  expect(await s.counts()).toEqual({ a: 2, c: 2 })
  expect(await readStates(live, PARTITIONS, 'other')).toHaveProperty('size', 1)
  kill(new Error('killed'))
  await expect(first).rejects.toThrow('killed')
  expect(await s.counts()).toEqual({ a: 2, c: 2 })
})

/** The topics and rows of replays that are left. */
async function leftovers({
  groupId,
  query,
}: Pick<Awaited<ReturnType<typeof scene>>, 'groupId' | 'query'>): Promise<unknown[]> {
  const topics = await withAdmin((admin) => admin.listTopics())
  const isStore = await query("select to_regclass('inventory_events_states') as at")
  const rows =
    isStore[0]?.at === null
      ? []
      : await query('select 1 from inventory_events_states where group_id <> $1', [groupId])
  return [...topics.filter((name) => name.includes(`${groupId}.replay`)), ...rows]
}
