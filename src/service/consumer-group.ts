import type { Kafka } from 'kafkajs'
import { contentHash } from '../avro/codec/content-hash.ts'
import { fingerprint } from '../avro/codec/fingerprint.ts'
import type { Registry } from '../avro/registry/registry.ts'
import { createSchemaCache } from '../avro/registry/schema-cache.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../avro/wire-format.ts'
import type { Config } from '../config/settings.ts'
import type { DeadLetterSink } from '../dead-letter/dead-letter.ts'
import { ClusterMonitor } from '../kafka/admin/cluster-monitor.ts'
import { openCluster } from '../kafka/client/client.ts'
import { GroupConsumer } from '../kafka/consumer/group-consumer.ts'
import { type CommitHistory, noHistory } from '../kafka/consumer/offset-reset.ts'
import type { Rebalance } from '../kafka/consumer/options.ts'
import { createProducer } from '../kafka/producer/producer.ts'
import { KafkaCrashStore } from '../kafka/state/crash-store.ts'
import type { Metrics } from '../observe/metrics.ts'
import { callFieldsOf, createReports, logFieldsOf } from '../observe/pipeline-metrics.ts'
import { createSampledLog, type SampledLogOptions } from '../observe/sampled-log.ts'
import { createSpans } from '../observe/spans.ts'
import type { PluginSwitches } from '../pipeline/admit/plugin-switches.ts'
import type { Delivery } from '../pipeline/delivery.ts'
import type { ProvisionalSkips } from '../pipeline/intake/provisional-skips.ts'
import { createPipeline, type Pipeline } from '../pipeline/pipeline.ts'
import type { Intake } from '../pipeline/source.ts'
import type { HealthChecks } from '../plugin/life/health-checks.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { shareConnections } from '../plugin/share-connections.ts'
import { sinksOf } from '../topics/names.ts'
import { systemClock as clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { once } from '../util/once.ts'
import { settledWithin } from '../util/with-timeout.ts'
import { version } from '../version.ts'
import { trackCalls } from '../watchdog/track-calls.ts'
import { startWatchdog } from '../watchdog/watchdog.ts'
import { openDeadLetters } from './dead-letters.ts'
import { openFollowUps } from './follow-ups.ts'
import { createStore } from './idempotency-store.ts'
import { createGroupLife } from './plugin-life.ts'
import { transactionalCommits } from './transactional-commits.ts'

/** After the final commit, what is still being written to Kafka matters no more: it is done again. */
const CLOSE_MS = 2_000

export type ServiceConfig = Config<'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL'>

export interface GroupParts {
  /** KAFKA_GROUP_ID is the group that owns marks, keys and dead letters. */
  config: ServiceConfig
  /** The consumer group that reads; differs from KAFKA_GROUP_ID in replays only. */
  groupId: string
  /** Of a static member; undefined for a group that lives for a while only. */
  instanceId?: string | undefined
  topics: readonly string[]
  plugins: readonly LoadedPlugin[]
  switches: PluginSwitches
  /** Decides when what is skipped because of a switch counts; none where nothing is switched. */
  skips?: ProvisionalSkips
  kafka: Kafka
  registry: Pick<Registry, 'schemaById' | 'registeredId'>
  contract: Contract
  metrics: Metrics
  log: Logger
  /** Counts the failures of plugins. */
  errors?: SampledLogOptions['errors']
  /** Keeps the last rebalances. */
  rebalances?: { add(rebalance: Rebalance): void }
  /** Called at most once, on a fatal error: the caller must stop the group and end the process. */
  onFailure(error: Error): void
  /** Aborts when the process is to end before the plugins have started. */
  stopping?: AbortSignal | undefined
  /** The partitions that the group has committed before; without it, every start counts as its first. */
  history?: CommitHistory
  /** Wraps the pipeline as the source sees it. */
  around?: (pipeline: Intake) => Intake
  /** Wraps the dead-letter topics as the pipeline sees them. */
  letters?: (sink: DeadLetterSink) => DeadLetterSink
}

export interface RunGroup {
  /** With their concurrency limited by the available database connections. */
  plugins: readonly LoadedPlugin[]
  storeName: string
  pipeline: Pipeline
  source: GroupConsumer
  watch: ClusterMonitor
  health: HealthChecks
  /** Dead-letter topics whose message limit is too small even for a stub. */
  tooSmallTopics(): readonly string[]
  /** Starts the plugins. Resolves when the source runs; it may not have joined the group yet. */
  start(): Promise<void>
  /**
   * Stops reading, lets handlers end, commits, leaves the group and stops the plugins, once `others`, which
   * call them as well, have ended. Handlers that outlast the drain get `graceMs` to end before it leaves; none
   * by default, because the process ends.
   */
  stop(others?: Promise<unknown>, graceMs?: number): Promise<'drained' | 'limit'>
}

/** Wires the parts that deliver a consumer group's events to plugins; nothing is read before `start`. */
export async function buildConsumerGroup(parts: GroupParts): Promise<RunGroup> {
  const { config, groupId, kafka, metrics, log } = parts
  const { plugins, connections } = shareConnections(parts.plugins, config)
  const { letters = (sink) => sink, around = (intake) => intake } = parts
  const fail = once(parts.onFailure)
  const sampled = createSampledLog({ log, clock, errors: parts.errors })
  const schemas = createSchemaCache({
    contract: parts.contract,
    fetchSchema: parts.registry.schemaById,
    maxDecodedBytes: config.MAX_IN_FLIGHT_BYTES,
    clock,
    log,
  })
  const producer = await createProducer(kafka)
  const deadLetters = openDeadLetters({ kafka, producer, metrics, log })
  const followUps = openFollowUps(parts)
  const stateful = new Set(plugins.filter(({ state }) => state).map(({ slug }) => slug))
  const store = await createStore({ config, connections, kafka, stateful, metrics, clock, log })
  const crashes = new KafkaCrashStore({ kafka, groupId, log })
  const watchdog = startWatchdog({
    config: { ...config, KAFKA_GROUP_ID: groupId },
    timeoutMs: config.WATCHDOG_TIMEOUT_MS ?? config.SESSION_TIMEOUT_MS,
    onFailure: fail,
  })
  const life = createGroupLife({ plugins, register: metrics.register, clock, log })
  const pipeline = createPipeline({
    groupId: config.KAFKA_GROUP_ID,
    plugins,
    switches: parts.switches,
    skips: parts.skips,
    health: life.health,
    maxInFlightBytes: config.MAX_IN_FLIGHT_BYTES,
    handlerGraceMs: config.HANDLER_GRACE_MS,
    schemaIdOf,
    schemas,
    prints: { contentHash, fingerprint },
    store,
    deadLetters: letters(deadLetters),
    followUps,
    crashes,
    maxCrashes: config.MAX_CRASHES,
    calls: trackCalls(watchdog.board),
    spans: createSpans(groupId, version),
    clock,
    random: Math.random,
    removalOf: (record) => watch.removalOf(record),
    logOf: (delivery, events) => log.child(callFieldsOf(delivery, events)),
    onStuck: (delivery, ...others) => fail(stuck(delivery, others.length)),
    reports: createReports({ metrics, log, sampled, clock, store: store.name }),
  })
  const cluster = openCluster(kafka, clock)
  const transactions =
    store.staging === undefined || stateful.size === 0
      ? undefined
      : transactionalCommits({ ...parts, cluster, clock })
  const source = new GroupConsumer({
    cluster,
    groupId,
    instanceId: parts.instanceId,
    mode: config.KAFKA_REBALANCE_MODE,
    topics: parts.topics,
    intake: around(pipeline),
    commitTogether: transactions?.commit,
    clock,
    log: log.child({ component: 'consumer' }),
    sessionTimeoutMs: config.SESSION_TIMEOUT_MS,
    maxFetchedBytes: config.MAX_IN_FLIGHT_BYTES / FETCHED_SHARE,
    commitIntervalMs: config.COMMIT_INTERVAL_MS,
    rebalanceDrainMs: config.REBALANCE_DRAIN_TIMEOUT_MS,
    outOfRange: config.OUT_OF_RANGE,
    history: parts.history ?? noHistory,
    reports: { ...sourceReports(parts), onFailure: fail },
  })
  parts.skips?.onWrong(({ topic, partition }, plugin) => {
    log.warn({ topic, partition, plugin }, SKIPPED_IN_ERROR)
    source.redo({ topic, partition })
  })
  const watch = new ClusterMonitor({
    ...{ kafka, cluster },
    topics: config.KAFKA_TOPICS,
    sinksOf: (topic) => sinksOf(topic, config),
    owned: () => source.owned,
    clock,
    log,
  })

  return {
    plugins,
    storeName: store.name,
    pipeline,
    source,
    watch,
    health: life.health,
    tooSmallTopics: () => deadLetters.tooSmall,
    async start() {
      await transactions?.prepare()
      await life.start(parts.stopping ?? new AbortController().signal)
      try {
        await watch.start()
        await source.start()
      } catch (error) {
        await life.stop(pipeline)
        throw error
      }
    },
    async stop(others, graceMs) {
      watchdog.expectExit()
      const [result] = await Promise.all([source.stop(config.DRAIN_TIMEOUT_MS, graceMs), others])
      await life.stop(pipeline)
      const writers = [crashes, producer, followUps, store]
      const closed = [watch.stop(), ...writers.map((each) => each.close())]
      await settledWithin(Promise.all(closed), CLOSE_MS, clock)
      schemas.close()
      sampled.close()
      await watchdog.stop()
      return result
    },
  }
}

const SKIPPED_IN_ERROR =
  'skipped events of a plugin that had been enabled meanwhile; reading the partition again from its committed offset'

/** Of the bytes in memory, this part may be fetched and wait to be taken in. */
const FETCHED_SHARE = 4

function sourceReports({ metrics, rebalances }: Pick<GroupParts, 'metrics' | 'rebalances'>) {
  return {
    onRebalance(rebalance: Rebalance) {
      metrics.rebalances.inc()
      metrics.rebalanceDuration.observe(rebalance.seconds)
      rebalances?.add(rebalance)
    },
    onCommit: (result: 'ok' | 'failed') => metrics.commits.inc({ result }),
    onOutOfRange(topic: string, reason: string, lostOffsets: number) {
      metrics.outOfRange.inc({ topic, reason })
      metrics.offsetsLost.inc({ topic }, lostOffsets)
    },
  }
}

function stuck(delivery: Delivery, others: number): InventoryEventsError {
  const { plugin, record, event, eventId } = logFieldsOf(delivery)
  const more = others === 0 ? '' : ` and ${others} more events`
  const message = `plugin ${plugin} ignores its abort signal: its handler for ${event} ${eventId} at ${record}${more} does not end`
  return new InventoryEventsError('HANDLER_TIMEOUT', message, { plugin, record })
}
