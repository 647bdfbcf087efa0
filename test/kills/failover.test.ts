import { expect, it } from 'vitest'
import { type ActionName, decodeAudit } from '../../src/control/audit-record.ts'
import { type ClusterWithRegistry, clusterWithRegistry } from '../support/cluster-with-registry.ts'
import { readTopic } from '../support/read-topic.ts'
import { until } from '../support/stack.ts'
import {
  type Call,
  caughtUp,
  checkpointed,
  deleteTopics,
  events,
  failoverCommands,
  GROUP,
  LOGS,
  listsIn,
  listsOf,
  mirrored,
  mirrorOf,
  notingPlugins,
  PARTITIONS,
  SETTINGS,
  startIn,
  stateRecords,
  TOPIC,
  writeTraps,
} from './failover-kit.ts'

const LIMIT_MS = 900_000
const BEFORE = events('before', 1_200)
const MIRRORED = events('mirrored', 400)
const LATE = events('late', 200)
const LOST = events('lost', 30)
const NEXT = events('next', 100)

type Plugins = ReturnType<typeof notingPlugins>

/** What was removed before a mirror begins makes offsets differ. */
async function removeInput({ broker }: ClusterWithRegistry): Promise<void> {
  const admin = broker.kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(TOPIC)
  const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }))
  await admin.deleteTopicRecords({ topic: TOPIC, partitions })
  await admin.disconnect()
}

/**
 * A cluster ends with its replica, its registry and its mirrors, one of which was behind for a while. The
 * command and the replica in the other cluster do what the runbook says.
 */
async function disaster(lagging: 'state' | 'marks') {
  const [one, two] = await Promise.all([
    clusterWithRegistry(SETTINGS),
    clusterWithRegistry(SETTINGS),
  ])
  const plugins = notingPlugins()
  const { plain, picky, listing, fresh } = plugins
  await one.cli('topics', 'create', '--partitions', `${PARTITIONS}`, '--state')
  await one.cli('schemas', 'register')
  await one.cli('events', 'on', '--by', 'ana')
  const first = await startIn(one, [plain, picky, listing])
  await one.publish(BEFORE)
  await caughtUp(one)
  await first.stop()
  await removeInput(one)
  await writeTraps(one)

  const to = { alias: 'two', cluster: two }
  const most = await mirrorOf({ alias: 'one', cluster: one }, to, { without: lagging })
  const rest = await mirrorOf({ alias: 'slow', cluster: one }, to, { only: lagging })
  await Promise.all([most.start(), rest.start()])
  const replica = await startIn(one, [plain, picky, listing, fresh])
  await one.publish(MIRRORED)
  await caughtUp(one)
  await mirrored(one, two, LOGS)
  await checkpointed(two, 'one')
  const recoveryPoint = new Date().toISOString()

  await rest.kill()
  await one.publish(LATE)
  await caughtUp(one)
  await mirrored(
    one,
    two,
    LOGS.filter((topic) => !topic.endsWith(lagging)),
  )
  const schemas = await one.exportSchemas()
  await most.kill()
  await one.publish(LOST)
  await caughtUp(one)
  await one.kill()
  await replica.stop()

  plugins.current.cluster = 'two'
  await two.importSchemas(schemas)
  const [dry, real] = failoverCommands('one', recoveryPoint) as [string[], string[]]
  expect(await two.cli(...dry)).toMatch(/Later, and to be undone: .*\nDry run\./)
  return { one, two, plugins, args: real }
}

const idsOf = ({ calls }: Plugins, cluster: Call['cluster'], plugin: string) =>
  calls.filter((call) => call.cluster === cluster && call.plugin === plugin).map(eventId)
const eventId = ({ event }: Call) => event.id
const sorted = (all: readonly { id: string }[]) => all.map(({ id }) => id).sort()

/** Who did what to the group, as this cluster has it; a mirror may have copied it twice. */
async function auditIn({ broker }: ClusterWithRegistry): Promise<string[]> {
  const records = await readTopic(`${GROUP}.audit`, broker.kafka)
  const entries = records.map(({ value }) => decodeAudit(value)!)
  const once = new Map(entries.map((entry) => [`${entry.id} ${entry.phase}`, entry]))
  return [...once.values()].map(({ action, phase }) => `${action} ${phase}`)
}

const ofBoth = (action: ActionName) => [`${action} begun`, `${action} done`]

/** What was completed by the recovery point is not handled again, and what came later is, in its order. */
function expectHandledAgain(plugins: Plugins): void {
  for (const slug of ['plain', 'picky', 'listing', 'fresh']) {
    expect(idsOf(plugins, 'two', slug).sort(), slug).toEqual(sorted(LATE))
  }
}

async function expectAllHandled(two: ClusterWithRegistry, plugins: Plugins): Promise<void> {
  await two.publish([...LATE, ...LOST, ...NEXT])
  await caughtUp(two)
  const later = [...LATE, ...LOST, ...NEXT]
  for (const slug of ['plain', 'picky', 'listing', 'fresh']) {
    const calls = plugins.calls.filter((call) => call.cluster === 'two' && call.plugin === slug)
    expect(listsOf(calls.map(({ event }) => event)), slug).toEqual(listsOf(later))
  }
  expect(await listsIn(two)).toEqual(listsOf([...BEFORE, ...MIRRORED, ...later]))
  const letters = await readTopic(`${TOPIC}.dead-letters`, two.broker.kafka)
  const named = letters.flatMap(({ headers }) => headers?.['dlq.event-id'] ?? [])
  const rejected = new Set(named.map(String))
  const expected = [...BEFORE, ...MIRRORED, ...later].filter(({ id }) => id.endsWith('0'))
  expect([...rejected].sort()).toEqual(sorted(expected))
}

it('another cluster takes over, though marks were mirrored further than states', {
  timeout: LIMIT_MS,
}, async () => {
  const { two, plugins, args } = await disaster('state')
  // Whoever is not sure that it has ended runs it again.
  expect(await two.cli(...args)).toMatch(/ [1-9]\d* records of marks undone/)
  expect(await two.cli(...args)).toMatch(/ \d+ records? of marks undone/)
  expect(await two.cli('topics', 'create')).toContain(`${GROUP}.status: created`)
  await startIn(two, [plugins.plain, plugins.picky, plugins.listing, plugins.fresh])
  await caughtUp(two)
  expectHandledAgain(plugins)
  await expectAllHandled(two, plugins)
  expect(await auditIn(two)).toEqual([
    ...ofBoth('events on'),
    ...ofBoth('group failover'),
    ...ofBoth('group failover'),
  ])
})

it('another cluster takes over, though states were mirrored further than marks, and hands back', {
  timeout: LIMIT_MS,
}, async () => {
  const { one, two, plugins, args } = await disaster('marks')
  expect(await two.cli(...args)).toMatch(/ 0 records of marks undone, [1-9]\d* states/)
  const own = [plugins.plain, plugins.picky, plugins.listing, plugins.fresh]
  const replica = await startIn(two, own)
  await caughtUp(two)
  expectHandledAgain(plugins)
  await expectAllHandled(two, plugins)

  // The first cluster is back. It has nothing that is still true.
  await replica.stop()
  await one.restart()
  await deleteTopics(one)
  const back = await mirrorOf({ alias: 'two', cluster: two }, { alias: 'one', cluster: one })
  await back.start()
  await mirrored(two, one, LOGS)
  await checkpointed(one, 'two')
  await back.kill()
  // Without its places it copies everything again, the oldest first, and is killed before it is through.
  await deleteTopics(one, (topic) => topic.startsWith('mm2-offsets.'))
  const copied = await stateRecords(one)
  await back.start()
  const isCopying = async () => (await stateRecords(one)) > copied
  await until(isCopying, { what: 'states to be mirrored again' })
  await back.kill()
  const [, failover] = failoverCommands('two', new Date().toISOString())
  expect(await one.cli(...failover!)).toContain(' 0 records of marks undone')
  expect(await listsIn(one)).toEqual(await listsIn(two))
  plugins.calls.length = 0
  plugins.current.cluster = 'one'
  await startIn(one, own)
  const last = events('last', 100)
  await one.publish(last)
  await caughtUp(one)
  for (const { slug } of own) expect(idsOf(plugins, 'one', slug).sort(), slug).toEqual(sorted(last))
  const all = [...BEFORE, ...MIRRORED, ...LATE, ...LOST, ...NEXT, ...last]
  expect(await listsIn(one)).toEqual(listsOf(all))
  const failovers = [...ofBoth('group failover'), ...ofBoth('group failover')]
  expect(await auditIn(one)).toEqual([...ofBoth('events on'), ...failovers])
})
