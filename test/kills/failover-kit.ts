import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Event, InventoryMovedEvent } from '../../src/event/event.ts'
import { reject } from '../../src/index.ts'
import { readCheckpoints } from '../../src/kafka/mirror/checkpoints.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import { defaultsFrom, withDefaults } from '../../src/plugin/loaded-plugin.ts'
import type { Plugin, PluginState } from '../../src/plugin/plugin.ts'
import { startService } from '../../src/service/service.ts'
import { deadLetterTopicOf, readTopicsOf } from '../../src/topics/names.ts'
import type { ClusterWithRegistry } from '../support/cluster-with-registry.ts'
import { moved } from '../support/events.ts'
import { mirrorMaker } from '../support/mirror-maker.ts'
import { recordsOf } from '../support/mirrored.ts'
import { blocks } from '../support/pages.ts'
import { until } from '../support/stack.ts'

export const GROUP = 'inventory-events'
export const TOPIC = 'inventory.events'
export const PARTITIONS = 4
const ENTITIES = 24
const PAGE = 'docs/disaster-recovery.md'
/** More than a producer of Kafka's sends by default, and as much as a dead letter may have. */
const LARGE_BYTES = 1_060_000

export const SETTINGS = {
  HTTP_PORT: '0',
  EVENTS_ENABLED: 'true',
  COMMIT_INTERVAL_MS: '100',
  SESSION_TIMEOUT_MS: '10000',
}

const STATES = `${TOPIC}.${GROUP}.state`
export const LOGS = [
  ...readTopicsOf([TOPIC]),
  deadLetterTopicOf(TOPIC),
  `${GROUP}.control`,
  `${GROUP}.audit`,
  `${TOPIC}.${GROUP}.marks`,
  STATES,
]

/** Moves of the entities in turn: those of an entity are in the order of their numbers. */
export function events(name: string, count: number) {
  return Array.from({ length: count }, (_, n) => moved(`ent_${n % ENTITIES}`, n, `${name}/${n}`))
}

export interface Call {
  cluster: 'one' | 'two'
  plugin: string
  event: Event
}

/** Plugins that note their calls, and in which cluster they were. */
export function notingPlugins() {
  const calls: Call[] = []
  const current = { cluster: 'one' as Call['cluster'] }
  const note = (slug: string, event: Event) => void calls.push({ ...current, plugin: slug, event })
  const noting = (slug: string, more: Partial<Plugin> = {}): Plugin => ({
    slug,
    processEvent: (event) => note(slug, event),
    ...more,
  })
  return {
    calls,
    current,
    plain: noting('plain'),
    fresh: noting('fresh', { startFrom: 'now' }),
    picky: {
      slug: 'picky',
      processEvent(event) {
        note('picky', event)
        return event.id.endsWith('0') ? reject('it ends with 0') : undefined
      },
    } as Plugin,
    /** Its state is the list of the entity's events. */
    listing: {
      slug: 'listing',
      state: { version: 1, initial: () => [] },
      processEvent(event, context) {
        note('listing', event)
        const { state } = context as unknown as { state: PluginState<string[]> }
        state.set((ids) => [...ids, event.id])
      },
    } as Plugin,
  }
}

export async function startIn({ settings }: ClusterWithRegistry, plugins: readonly Plugin[]) {
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'EVENTS_ENABLED'] as const
  const config = loadConfig(settings, { required })
  const service = await startService({
    contract: builtInContract(),
    config,
    plugins: plugins.map((plugin) => withDefaults(plugin, 'test', defaultsFrom(config))),
    log: pino({ level: 'silent' }),
    onFailure: () => undefined,
  })
  onTestFinished(async () => void (await service.stop()))
  return service
}

/** Waits until the group has committed the end of each partition. */
export async function caughtUp({ broker }: ClusterWithRegistry): Promise<void> {
  const admin = broker.kafka.admin()
  await admin.connect()
  const isEven = async () => {
    const [group] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] })
    const ends = await admin.fetchTopicOffsets(TOPIC)
    const committed = new Map(group?.partitions.map((row) => [row.partition, row.offset]))
    return ends.every(({ partition, high }) => committed.get(partition) === high)
  }
  const waited = until(isEven, { what: 'the group to commit everything' })
  await waited.finally(() => admin.disconnect())
}

/** The runbook's commands, the dry run first, with another alias and time. */
export function failoverCommands(alias: string, recoveryPoint: string): string[][] {
  const shown = blocks(PAGE).flatMap(({ text }) => text.split('\n'))
  const commands = shown.filter((line) => line.includes('inventory-events group failover'))
  return commands.map((line) =>
    line
      .trim()
      .split(' ')
      .slice(2)
      .map((word) => (word === 'one' ? alias : /^\d{4}-/.test(word) ? recoveryPoint : word)),
  )
}

/** The runbook's mirror from one cluster to another, without topics that end so; or of those alone. */
export function mirrorOf(
  from: { alias: string; cluster: ClusterWithRegistry },
  to: { alias: string; cluster: ClusterWithRegistry },
  topics: { without: string } | { only: string } = { without: 'nothing' },
) {
  const { text } = blocks(PAGE).find(({ language }) => language === 'properties')!
  const settings = text
    .replace(/^\w+\.bootstrap.*\n/gm, '')
    .replace(/(replication\.factor) = 3/g, '$1 = 1')
    .replace(/\b(one|two)\b/g, (alias) => (alias === 'one' ? from.alias : to.alias))
  const narrowed =
    'only' in topics
      ? settings.replace(/^topics = .*$/m, `topics = .*[.]${topics.only}`)
      : `${settings}\ntopics.exclude = .*[.]internal, .*[.]${topics.without}`
  const at = ({ alias, cluster }: typeof from) => ({ alias, brokers: cluster.broker.brokers })
  const signal = AbortSignal.timeout(600_000)
  return mirrorMaker({ from: at(from), to: at(to), settings: narrowed, signal })
}

/**
 * Waits until the topics have the same records in both clusters: bytes, headers, times, partitions. The mirror
 * may have some more than once.
 */
export async function mirrored(
  one: ClusterWithRegistry,
  two: ClusterWithRegistry,
  topics: readonly string[],
): Promise<void> {
  const isSame = async () => {
    const read = [await recordsOf(one.kafka, topics), await recordsOf(two.kafka, topics)]
    const [there, here] = read.map((records) => [...new Set(records)].join('\n'))
    return there !== '' && there === here
  }
  await until(isSame, { what: `${topics} to be mirrored` })
}

/** Waits for a checkpoint of each partition. */
export async function checkpointed({ kafka }: ClusterWithRegistry, alias: string): Promise<void> {
  const ask = () => readCheckpoints(kafka, { alias, groupId: GROUP, untilMs: Infinity })
  const hasAll = async () => (await ask()).size >= PARTITIONS
  await until(hasAll, { what: 'checkpoints of the input' })
}

/** What MirrorMaker 2 loses or mirrors wrongly by its defaults. */
export async function writeTraps({ broker }: ClusterWithRegistry): Promise<void> {
  const options = { transactionalId: 'aborted', idempotent: true, maxInFlightRequests: 1 }
  const producer = broker.kafka.producer(options)
  await producer.connect()
  const transaction = await producer.transaction()
  const aborted = { key: 'listing\u0000ent_0', value: '{"version":1,"value":["aborted"]}' }
  await transaction.send({ topic: STATES, messages: [aborted] })
  await transaction.abort()
  const large = { value: Buffer.alloc(LARGE_BYTES) }
  await producer.disconnect()
  const plain = broker.kafka.producer()
  await plain.connect()
  await plain.send({ topic: deadLetterTopicOf(TOPIC), messages: [large] })
  await plain.disconnect()
}

/** By default, everything that the group had in this cluster, and what mirrors left. */
export async function deleteTopics(
  { broker }: ClusterWithRegistry,
  isMeant = (topic: string) => !topic.startsWith('__'),
): Promise<void> {
  const admin = broker.kafka.admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter(isMeant)
  await admin.deleteTopics({ topics })
  await admin.disconnect()
}

/** How many records the topic of the states has. */
export async function stateRecords({ kafka }: ClusterWithRegistry): Promise<number> {
  return (await recordsOf(kafka, [STATES])).length
}

/** The committed list of each entity, without those that are empty. */
export async function listsIn({ kafka }: ClusterWithRegistry): Promise<Record<string, string[]>> {
  const lists = new Map<string, string[]>()
  const { signal: lost } = new AbortController()
  await withLogReader(kafka, [STATES], async (reader) => {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await reader.read({
        ...{ topic: STATES, partition, lost },
        onRecord({ key, value }) {
          const [, entity] = String(key).split('\u0000')
          lists.set(entity!, value === null ? [] : JSON.parse(String(value)).value)
        },
      })
    }
  })
  return Object.fromEntries([...lists].filter(([, ids]) => ids.length > 0))
}

/** Of each entity, the ids of its events in their order. */
export function listsOf(all: readonly Event[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {}
  for (const event of all) {
    const { id: entity } = (event as InventoryMovedEvent).entity
    lists[entity] = [...(lists[entity] ?? []), event.id]
  }
  return lists
}
