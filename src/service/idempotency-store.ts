import type { Kafka } from 'kafkajs'
import { currentPostgresUrl } from '../config/postgres-login.ts'
import { type Config, settings } from '../config/settings.ts'
import { type PostgresUrl, storeChoice } from '../config/value-types.ts'
import { createKafkaStore, type KafkaStoreReports } from '../idempotency/kafka/store.ts'
import { createMemoryStore } from '../idempotency/memory.ts'
import type { ConnectionShares } from '../idempotency/postgres/store.ts'
import type { IdempotencyStore } from '../idempotency/store.ts'
import { marksFindings } from '../kafka/admin/marks-topic.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { openMarksLog } from '../kafka/state/marks-log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { sinksOf } from '../topics/names.ts'
import type { Clock } from '../util/clock.ts'
import { FailureLog } from '../util/log/failure-log.ts'
import type { Logger } from '../util/logger.ts'

export interface StoreParts {
  config: Config
  /** For the `postgres` store. */
  connections: ConnectionShares
  kafka: Kafka
  /** Slugs of the plugins that have state. */
  stateful: ReadonlySet<string>
  metrics: Metrics
  clock: Clock
  log: Logger
}

/** Creates and connects the store that IDEMPOTENCY_STORE names; logs its limitations as warnings. */
export async function createStore(parts: StoreParts): Promise<IdempotencyStore> {
  const choice = storeChoice(parts.config.IDEMPOTENCY_STORE)
  switch (choice.kind) {
    case 'kafka':
      return kafkaStore(parts)
    case 'memory':
      return memoryStore(parts)
    case 'postgres':
      return postgresStore(parts, choice.url)
  }
}

/** The Postgres client is loaded only by services that use it. */
async function postgresStore(
  { config, connections, stateful, metrics, clock, log }: StoreParts,
  started: PostgresUrl,
): Promise<IdempotencyStore> {
  const { openPostgresStore } = await import('../idempotency/postgres/store.ts')
  const failures = new FailureLog({ log, clock })
  return openPostgresStore({
    url: () => currentPostgresUrl(config, started),
    groupId: config.KAFKA_GROUP_ID,
    clock,
    ttlMs: config.IDEMPOTENCY_TTL_MS,
    leaseMs: config.IDEMPOTENCY_LEASE_MS,
    connections,
    hasStates: stateful.size > 0,
    reports: {
      onLostLease: () => metrics.idempotencyLostLeases.inc(),
      onError(error) {
        metrics.idempotencyFailures.inc({ store: 'postgres' })
        failures.failed({ error }, 'the idempotency store failed; retrying')
      },
    },
  })
}

function memoryStore({ config, stateful, metrics, clock, log }: StoreParts): IdempotencyStore {
  const what = stateful.size > 0 ? 'completed events and the state of plugins' : 'completed events'
  log.warn(
    `IDEMPOTENCY_STORE is memory: ${what} are forgotten at a restart and not shared between replicas`,
  )
  return createMemoryStore({
    clock,
    ttlMs: config.IDEMPOTENCY_TTL_MS,
    maxMarks: config.IDEMPOTENCY_MAX_MARKS,
    onEvict: () => metrics.idempotencyEvictions.inc(),
  })
}

async function kafkaStore(parts: StoreParts): Promise<IdempotencyStore> {
  const { config, kafka, clock, stateful } = parts
  const groupId = config.KAFKA_GROUP_ID
  return createKafkaStore({
    marksLog: await openMarksLog({
      ...{ kafka, groupId, clock },
      ...{ topics: config.KAFKA_TOPICS, hasStates: stateful.size > 0 },
    }),
    groupId,
    stateful,
    clock,
    ttlMs: config.IDEMPOTENCY_TTL_MS,
    maxMarks: config.IDEMPOTENCY_MAX_MARKS,
    reports: reportsOf(parts),
  })
}

/** Logs which topics' marks expire before their records do. */
export async function logRetention({
  config,
  kafka,
  log,
}: Pick<StoreParts, 'config' | 'kafka' | 'log'>): Promise<void> {
  if (storeChoice(config.IDEMPOTENCY_STORE).kind !== 'kafka') return
  const owner = {
    groupId: config.KAFKA_GROUP_ID,
    ttlMs: config.IDEMPOTENCY_TTL_MS,
    defaultTtlMs: Number(settings.IDEMPOTENCY_TTL_MS.default),
  }
  const names = config.KAFKA_TOPICS.flatMap((topic) => [topic, ...sinksOf(topic, config)])
  const found = await withAdmin(kafka, (admin) => admin.describe(names))
  for (const topic of config.KAFKA_TOPICS) {
    for (const { level, text } of marksFindings(topic, owner, found)) log[level](text)
  }
}

function reportsOf({ metrics, clock, log }: StoreParts): KafkaStoreReports {
  const failures = new FailureLog({ log, clock })
  return {
    onEvict: (count) => metrics.idempotencyEvictions.inc(count),
    onUnreadable(partition, records) {
      metrics.idempotencyUnreadable.inc(records)
      const message =
        'skipped unreadable records in the marks topic; a newer version may have written them'
      log.warn({ partition, records }, message)
    },
    onReadBack: (partition, { marks, states }, durationMs) => {
      const counts = states === 0 ? { marks } : { marks, states }
      log.info({ partition, ...counts, durationMs }, 'marks loaded')
    },
    onWriteFailed(error, unwritten) {
      metrics.idempotencyFailures.inc({ store: 'kafka' })
      failures.failed({ error, unwritten }, 'could not write marks; retrying')
    },
  }
}
