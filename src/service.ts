import { fingerprint } from './avro/fingerprint.ts'
import { schemaIdOf } from './avro/frame.ts'
import { createRegistry } from './avro/registry.ts'
import { createSchemaCache } from './avro/schema-cache.ts'
import type { Config } from './config/settings.ts'
import type { Switches } from './control/switches.ts'
import { createAdmin } from './create-admin.ts'
import { createStore } from './create-store.ts'
import { systemClock as clock } from './event/clock.ts'
import { InventoryEventsError } from './event/errors.ts'
import { followSwitches } from './follow-switches.ts'
import { createKafka } from './kafka/client.ts'
import { ClusterWatch } from './kafka/cluster-watch.ts'
import { KafkaSource } from './kafka/consumer.ts'
import { KafkaCrashNotes } from './kafka/crash-notes.ts'
import { createDeadLetterSink } from './kafka/dead-letter-sink.ts'
import { createProducer } from './kafka/producer.ts'
import { refusedTopics } from './kafka/refusals.ts'
import { readTopicsOf, requireTopics, sinksOf, widthOf } from './kafka/service-topics.ts'
import { type Health, startHttp } from './observe/http.ts'
import type { Logger } from './observe/logger.ts'
import { createMetrics } from './observe/metrics.ts'
import { readGauges } from './observe/read-gauges.ts'
import { createReports } from './observe/reports.ts'
import { createSampledLog } from './observe/sampled-log.ts'
import { createSpans } from './observe/spans.ts'
import { startAtZero } from './observe/zeroes.ts'
import { type Delivery, placeOf } from './pipeline/delivery.ts'
import { createPipeline } from './pipeline/pipeline.ts'
import type { LoadedPlugin } from './plugin/loaded-plugin.ts'
import { shareConnections } from './plugin/share-connections.ts'
import { version } from './version.ts'
import { noteCalls } from './watchdog/note-calls.ts'
import { startWatchdog } from './watchdog/watchdog.ts'

export type ServiceConfig = Config<'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL'>

export interface ServiceOptions {
  config: ServiceConfig
  plugins: readonly LoadedPlugin[]
  log: Logger
  /** The service can't go on: stop it and end the process. Called at most once. */
  onFailure(error: Error): void
}

export interface Service {
  httpPort: number
  /** Takes nothing more in, lets handlers end, commits and leaves the group. */
  stop(): Promise<'drained' | 'limit'>
}

/** The fetch loop tries at least every few hundred milliseconds, whatever the brokers do. */
const LOOP_STUCK_AFTER_MS = 120_000

/** Builds every part by hand and starts them in the order in which they need each other. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, log } = options
  const { plugins, connections } = shareConnections(options.plugins, config)
  const fail = once(options.onFailure)
  const metrics = createMetrics({ version })
  const sampled = createSampledLog({ log, clock })
  const registry = createRegistry(config)
  const kafka = createKafka(config, log)

  await registry.check()
  await requireTopics(kafka, config)

  const followed = await followSwitches({ config, kafka, clock, log })
  const { switches } = followed
  const schemas = createSchemaCache({ fetchSchema: registry.schemaById, clock, log })
  const producer = await createProducer(kafka)
  const deadLetters = createDeadLetterSink({ producer, widthOf: (topic) => widthOf(kafka, topic) })
  const store = await createStore({ config, connections, kafka, metrics, clock, log })
  const crashes = new KafkaCrashNotes({ kafka, groupId: config.KAFKA_GROUP_ID, log })
  const watchdog = startWatchdog({
    config,
    timeoutMs: config.WATCHDOG_TIMEOUT_MS ?? config.SESSION_TIMEOUT_MS,
    onFailure: fail,
  })
  const pipeline = createPipeline({
    groupId: config.KAFKA_GROUP_ID,
    plugins,
    switches,
    maxInFlightBytes: config.MAX_IN_FLIGHT_BYTES,
    handlerGraceMs: config.HANDLER_GRACE_MS,
    schemaIdOf,
    schemas,
    fingerprint,
    store,
    deadLetters,
    crashes,
    maxCrashes: config.MAX_CRASHES,
    calls: noteCalls(watchdog.board),
    spans: createSpans(config.KAFKA_GROUP_ID, version),
    clock,
    random: Math.random,
    retentionMsOf: (topic) => watch.retentionMsOf(topic),
    logOf: (delivery) => log.child(fieldsOf(delivery)),
    onStuck: (delivery) => fail(stuck(delivery)),
    reports: createReports({ metrics, log, sampled, clock, store: store.name }),
  })
  const source = new KafkaSource({
    kafka,
    groupId: config.KAFKA_GROUP_ID,
    topics: readTopicsOf(config.KAFKA_TOPICS),
    intake: pipeline,
    clock,
    log: log.child({ component: 'consumer' }),
    sessionTimeoutMs: config.SESSION_TIMEOUT_MS,
    commitIntervalMs: config.COMMIT_INTERVAL_MS,
    rebalanceDrainMs: config.REBALANCE_DRAIN_TIMEOUT_MS,
    outOfRange: config.OUT_OF_RANGE,
    reports: {
      onRebalance(seconds) {
        metrics.rebalances.inc()
        metrics.rebalanceDuration.observe(seconds)
      },
      onCommit: (result) => metrics.commits.inc({ result }),
      onOutOfRange(topic, reason, lostOffsets) {
        metrics.outOfRange.inc({ topic, reason })
        metrics.offsetsLost.inc({ topic }, lostOffsets)
      },
      onFailure: fail,
    },
  })
  const watch = new ClusterWatch({
    kafka,
    topics: config.KAFKA_TOPICS,
    sinksOf: (topic) => sinksOf(topic, config),
    owned: () => source.owned,
    clock,
    log,
  })
  const slugs = plugins.map(({ slug }) => slug)
  const series = { slugs, topics: config.KAFKA_TOPICS, store: store.name }
  startAtZero(metrics, series)
  readGauges(metrics, series, { pipeline, source, watch, clock })
  const http = await startHttp({
    port: config.HTTP_PORT,
    register: metrics.register,
    live: () => liveness(source),
    ready: () => readiness(source, watch, refusedTopics(kafka)),
    admin: createAdmin({
      config,
      kafka,
      registry,
      plugins,
      switches,
      source,
      pipeline,
      clock,
      version,
    }),
  })
  sayIfOff(switches, log)
  sayWhatWasLowered(options.plugins, plugins, log)
  await watch.start()
  await source.start()
  log.info({ httpPort: http.port, plugins: slugs, version }, 'started')

  return {
    httpPort: http.port,
    async stop() {
      watchdog.expectExit()
      const result = await source.stop(config.DRAIN_TIMEOUT_MS)
      await watch.stop()
      await followed.stop()
      await crashes.close()
      await producer.close()
      await store.close()
      schemas.close()
      await http.close()
      sampled.close()
      await watchdog.stop()
      return result
    },
  }
}

/** Fails only where a restart would help: brokers that are away are none of its business. */
function liveness(source: KafkaSource): Health {
  const { idleMs } = source.signs
  const ok = idleMs < LOOP_STUCK_AFTER_MS
  const why = `the fetch loop has not tried for ${Math.round(idleMs / 1000)} s`
  return [ok ? { name: 'fetch-loop', ok } : { name: 'fetch-loop', ok, why }]
}

function readiness(source: KafkaSource, watch: ClusterWatch, refused: readonly string[]): Health {
  const narrow = watch.narrowTopics
  const why = `fewer partitions than the input: ${narrow.join(', ')}`
  return [
    source.isJoined
      ? { name: 'group', ok: true }
      : { name: 'group', ok: false, why: 'the consumer group has not been joined' },
    narrow.length === 0
      ? { name: 'topic-widths', ok: true }
      : { name: 'topic-widths', ok: false, why },
    refused.length === 0
      ? { name: 'rights', ok: true }
      : { name: 'rights', ok: false, why: `may not write to ${refused.join(', ')}` },
  ]
}

function sayIfOff({ eventsEnabled }: Switches, log: Logger): void {
  if (eventsEnabled) return
  log.warn('EVENTS_ENABLED is not true: events pass by until `inventory-events events on`')
}

function sayWhatWasLowered(
  asked: readonly LoadedPlugin[],
  given: readonly LoadedPlugin[],
  log: Logger,
): void {
  for (const [i, { slug, concurrency }] of given.entries()) {
    const wanted = asked[i]?.concurrency
    if (wanted === concurrency) continue
    const message = `concurrency lowered from ${wanted} to ${concurrency}: each call with context.sql needs one of IDEMPOTENCY_CONNECTIONS_MAX`
    log.info({ plugin: slug }, message)
  }
}

function fieldsOf(delivery: Delivery): Record<string, string> {
  return { plugin: delivery.plugin.slug, record: placeOf(delivery.wanted.record) }
}

function stuck(delivery: Delivery): InventoryEventsError {
  const plugin = delivery.plugin.slug
  const record = placeOf(delivery.wanted.record)
  const message = `plugin ${plugin} ignores its signal: its handler for ${record} does not end`
  return new InventoryEventsError('HANDLER_TIMEOUT', message, { plugin, record })
}

function once(callback: (error: Error) => void): (error: Error) => void {
  let called = false
  return (error) => {
    if (called) return
    called = true
    callback(error)
  }
}
