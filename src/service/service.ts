import { createRegistry } from '../avro/registry/registry.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import { connectionExpiries, postgresExpiries } from '../config/certificate-expiries.ts'
import type { Config } from '../config/settings.ts'
import type { SourceRecord } from '../event/record.ts'
import { requireTopics } from '../kafka/admin/required-topics.ts'
import { requireStateTopics } from '../kafka/admin/state-topic.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { brokerCertificateExpiryMs, createKafka } from '../kafka/client/client.ts'
import type { GroupConsumer } from '../kafka/consumer/group-consumer.ts'
import { deniedTopics } from '../kafka/producer/denied-topics.ts'
import { RecordedCommits } from '../kafka/state/commit-history.ts'
import { bindGauges } from '../observe/bind-gauges.ts'
import { bindCertificates } from '../observe/certificate-gauge.ts'
import { type Check, type Health, startHttp } from '../observe/http.ts'
import { initSeries } from '../observe/init-series.ts'
import { createMetrics } from '../observe/metrics.ts'
import { startSkipLog } from '../observe/skip-log.ts'
import { RecentErrors } from '../observe/status/recent-errors.ts'
import { RecentRebalances } from '../observe/status/recent-rebalances.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { readTopicsOf } from '../topics/names.ts'
import { systemClock as clock } from '../util/clock.ts'
import type { Logger } from '../util/logger.ts'
import { version } from '../version.ts'
import { createAdminApi } from './admin-api.ts'
import { buildConsumerGroup } from './consumer-group.ts'
import { DeadLetterFollower } from './dead-letter-follower.ts'
import { describeHealth } from './describe-health.ts'
import { describeSwitches, logSwitches } from './describe-switches.ts'
import { logRetention } from './idempotency-store.ts'
import { followSwitches, recordCommitted } from './live-switches.ts'
import { prepareOwnKinds } from './own-kinds.ts'
import type { CatchUps, CatchUpsParts } from './plugin-life.ts'
import { startFromNow } from './plugin-starts.ts'
import { statusWriter } from './status/status-writer.ts'

/** Whether events are on must have been said: there is no default. */
export type ServeConfig = Config<'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL' | 'EVENTS_ENABLED'>

export interface ServiceOptions {
  config: ServeConfig
  contract: Contract
  plugins: readonly LoadedPlugin[]
  log: Logger
  /** Called at most once, on a fatal error: the caller must stop the service and end the process. */
  onFailure(error: Error): void
  /** Aborts when the process is to end before the service has started. */
  stopping?: AbortSignal
  /** Delivers to plugins what they missed, beside the live group. */
  catchUps?: (parts: CatchUpsParts) => CatchUps
}

export interface Service {
  httpPort: number
  /** Stops reading, lets handlers end, commits, leaves the group and stops the plugins. */
  stop(): Promise<'drained' | 'limit'>
}

/** The fetch loop makes an attempt every few hundred milliseconds even if brokers are unavailable. */
const LOOP_STUCK_AFTER_MS = 120_000

/** Wires all parts and starts them in the order of their dependencies. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, log } = options
  const metrics = createMetrics({ version })
  const registry = createRegistry(config)
  const kafka = createKafka(config, log)

  await registry.check()
  await prepareOwnKinds({ ...options, registry })
  await requireTopics(kafka, config)
  if (needsStateTopics(options)) {
    const { KAFKA_TOPICS, KAFKA_GROUP_ID } = config
    await withAdmin(kafka, (admin) => requireStateTopics(admin, KAFKA_TOPICS, KAFKA_GROUP_ID))
  }

  const errors = new RecentErrors(clock)
  const catchUps = options.catchUps?.({ kafka, registry, plugins: options.plugins, errors })
  const onRecord = (record: SourceRecord) => catchUps?.take(record)
  const followed = await followSwitches({ config, kafka, clock, log, onRecord })
  const { switches, skips } = followed
  await startFromNow({ ...options, kafka, followed, clock })
  await logRetention({ config, kafka, log })
  const rebalances = new RecentRebalances(clock)
  const group = await buildConsumerGroup({
    ...options,
    groupId: config.KAFKA_GROUP_ID,
    instanceId: config.KAFKA_GROUP_INSTANCE_ID,
    topics: readTopicsOf(config.KAFKA_TOPICS),
    switches,
    skips,
    history: new RecordedCommits({
      clock,
      log,
      isRecorded: followed.hasCommitted,
      write: (places) => recordCommitted(kafka, config.KAFKA_GROUP_ID, places),
    }),
    kafka,
    registry,
    metrics,
    errors,
    rebalances,
  })
  const { plugins, pipeline, source, watch, storeName } = group
  const letters = new DeadLetterFollower({
    kafka,
    groupId: config.KAFKA_GROUP_ID,
    topics: config.KAFKA_TOPICS,
    owned: () => source.owned,
    clock,
    log: log.child({ component: 'dead-letters' }),
  })
  const slugs = plugins.map(({ slug }) => slug)
  const series = { slugs, topics: config.KAFKA_TOPICS, store: storeName }
  initSeries(metrics, series)
  const ready = () =>
    readiness({
      isJoined: source.isJoined,
      areSwitchesCurrent: followed.isCurrent(),
      missing: source.missingTopics,
      narrow: watch.topicsWithFewerPartitions,
      denied: deniedTopics(kafka, clock.elapsedMs()),
      tooSmall: group.tooSmallTopics(),
      health: describeHealth(group.health, switches),
    })
  bindCertificates(metrics, {
    files: () => [...connectionExpiries(config), ...postgresExpiries(config)],
    brokerExpiryMs: () => brokerCertificateExpiryMs(kafka),
  })
  const sources = { pipeline, source, switches, watch, letters, ready, clock }
  bindGauges(metrics, series, sources)
  const http = await startHttp({
    port: config.HTTP_PORT,
    register: metrics.register,
    live: () => liveness(source),
    ready: () => [...ready(), ...describeSwitches(switches, slugs)],
    admin: createAdminApi({
      config,
      kafka,
      registry,
      contract: options.contract,
      plugins,
      switches,
      source,
      pipeline,
      clock,
      log,
      version,
    }),
  })
  const skipLog = startSkipLog({ counter: metrics.eventsSkipped, clock, log })
  const status = statusWriter({
    ...{ ...sources, config, plugins, metrics, errors, rebalances, log },
    catchUps: async () => (await catchUps?.list()) ?? [],
  })
  logSwitches(switches, slugs, log)
  logLoweredConcurrency(options.plugins, plugins, log)
  await group.start()
  catchUps?.start()
  letters.start()
  status.start()
  log.info({ httpPort: http.port, plugins: slugs, version }, 'started')

  return {
    httpPort: http.port,
    async stop() {
      letters.stop()
      const result = await group.stop(catchUps?.stop())
      await Promise.all([skipLog.stop(), followed.stop(), status.stop()])
      await http.close()
      return result
    },
  }
}

function needsStateTopics({ config, plugins }: ServiceOptions): boolean {
  return config.IDEMPOTENCY_STORE === 'kafka:' && plugins.some(({ state }) => state !== undefined)
}

/** Fails only if a restart would help; unavailable brokers do not count. */
function liveness(source: GroupConsumer): Health {
  const { sinceTriedMs } = source.signs
  const ok = sinceTriedMs < LOOP_STUCK_AFTER_MS
  const why = `no attempt of the fetch loop for ${Math.round(sinceTriedMs / 1000)} s`
  return [ok ? { name: 'fetch-loop', ok } : { name: 'fetch-loop', ok, why }]
}

interface ReadinessFacts {
  isJoined: boolean
  /** Whether the control topic can be read. */
  areSwitchesCurrent: boolean
  /** Topics to consume that brokers do not describe. */
  missing: readonly string[]
  /** Topics with fewer partitions than their input. */
  narrow: readonly string[]
  /** What may not be done with topics. */
  denied: readonly string[]
  /** Dead-letter topics whose message limit is too small for any dead letter. */
  tooSmall: readonly string[]
  /** What the plugins say about themselves. */
  health: Check
}

function readiness(facts: ReadinessFacts): Health {
  const { isJoined, areSwitchesCurrent, missing, narrow, denied, tooSmall } = facts
  return [
    check('group', isJoined, 'not a member of the consumer group'),
    check(
      'switches',
      areSwitchesCurrent,
      'the control topic cannot be read; they may have changed',
    ),
    check(
      'topics',
      missing.length === 0,
      `missing, or not described to this user: ${missing.join(', ')}`,
    ),
    check(
      'topic-widths',
      narrow.length === 0,
      `fewer partitions than the input topic: ${narrow.join(', ')}`,
    ),
    check('rights', denied.length === 0, `may not ${denied.join(', ')}`),
    check(
      'dead-letters',
      tooSmall.length === 0,
      `max.message.bytes is too small for dead letters: ${tooSmall.join(', ')}`,
    ),
    facts.health,
  ]
}

function check(name: string, ok: boolean, why: string): Check {
  return ok ? { name, ok } : { name, ok, why }
}

function logLoweredConcurrency(
  configured: readonly LoadedPlugin[],
  effective: readonly LoadedPlugin[],
  log: Logger,
): void {
  for (const [i, { slug, concurrency }] of effective.entries()) {
    const wanted = configured[i]?.concurrency
    if (wanted === concurrency) continue
    const message = `concurrency lowered from ${wanted} to ${concurrency}: each call with context.sql needs one of IDEMPOTENCY_CONNECTIONS_MAX connections`
    log.info({ plugin: slug }, message)
  }
}
