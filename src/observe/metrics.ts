import { getHeapStatistics } from 'node:v8'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { gatewayMetrics } from './gateway-metrics.ts'
import { LOOP_DELAY_INTERVAL_MS } from './loop-delay.ts'
import { PREFIX, progressGauges } from './progress-gauges.ts'
import { BATCH_EVENTS, SECONDS } from './series/buckets.ts'
import { scrapedGauge } from './series/scraped-gauge.ts'
import { TalliedCounter } from './series/tallied-counter.ts'
import { TalliedHistogram } from './series/tallied-histogram.ts'

export type Metrics = ReturnType<typeof createMetrics>

/**
 * Every metric of the service. Labels never hold event ids, record keys or entities, so the number of
 * series is bounded by plugins, topics and partitions.
 */
export function createMetrics({
  version,
  register = new Registry(),
}: {
  version: string
  register?: Registry
}) {
  const registers = [register]
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LOOP_DELAY_INTERVAL_MS })
  const buildInfo = new Gauge({
    name: `${PREFIX}build_info`,
    help: 'Always 1; the version label is the running version.',
    labelNames: ['version'],
    registers,
  })
  buildInfo.set({ version }, 1)
  const heapLimit = new Gauge({
    name: `${PREFIX}heap_limit_bytes`,
    help: "The limit of V8's heap: a process that needs more aborts.",
    registers,
  })
  const certificateExpiry = scrapedGauge<'certificate'>({
    name: `${PREFIX}certificate_expiry_timestamp_seconds`,
    help: 'When a certificate expires, in Unix time: kafka-ca, kafka-client, registry-ca, postgres-ca and postgres-client as their files are now, of several authorities the last; kafka-broker as brokers presented theirs when they were connected to, the first of their chains.',
    labelNames: ['certificate'],
    register,
  })
  heapLimit.set(getHeapStatistics().heap_size_limit)
  return {
    register,
    certificateExpiry,
    ...recordMetrics(registers),
    ...deliveryMetrics(registers),
    ...progressGauges(register),
    ...groupMetrics(registers),
    ...idempotencyMetrics(registers),
    ...gatewayMetrics(register),
  }
}

function recordMetrics(registers: Registry[]) {
  return {
    recordsConsumed: new TalliedCounter({
      name: `${PREFIX}records_consumed_total`,
      help: 'Number of records read from Kafka.',
      labelNames: ['topic'],
      registers,
    }),
    headerMismatches: new Counter({
      name: `${PREFIX}header_mismatches_total`,
      help: 'Number of records whose ce_type contradicts their payload, or whose ce_id does and which a plugin wants; the payload is used.',
      registers,
    }),
    published: new Counter({
      name: `${PREFIX}published_total`,
      help: 'Number of published records that Kafka acknowledged.',
      labelNames: ['topic'],
      registers,
    }),
  }
}

function deliveryMetrics(registers: Registry[]) {
  return {
    filterDecisions: new TalliedCounter({
      name: `${PREFIX}filter_decisions_total`,
      help: "Number of events by the decision of a plugin's filters: wanted, unwanted or error.",
      labelNames: ['plugin', 'decision'],
      registers,
    }),
    eventsSkipped: new TalliedCounter({
      name: `${PREFIX}events_skipped_total`,
      help: 'Events that a plugin skipped, and that were committed: events-off, disabled or before-start (below its start offset).',
      labelNames: ['plugin', 'why'],
      registers,
    }),
    deliveries: new TalliedCounter({
      name: `${PREFIX}deliveries_total`,
      help: 'Number of ended deliveries (one event for one plugin) by outcome.',
      labelNames: ['plugin', 'outcome'],
      registers,
    }),
    deliveryRetries: new Counter({
      name: `${PREFIX}delivery_retries_total`,
      help: 'Number of failed attempts that are retried.',
      labelNames: ['plugin'],
      registers,
    }),
    deliveryDelays: new Counter({
      name: `${PREFIX}delivery_delays_total`,
      help: 'Number of calls whose handler returned retryAfter.',
      labelNames: ['plugin'],
      registers,
    }),
    deadLetters: new Counter({
      name: `${PREFIX}dead_letters_total`,
      help: 'Number of dead letters that Kafka acknowledged.',
      labelNames: ['plugin', 'reason'],
      registers,
    }),
    deadLetterFailures: new Counter({
      name: `${PREFIX}dead_letter_failures_total`,
      help: 'Number of failed writes of dead letters. They are retried; later offsets are not committed until then.',
      labelNames: ['plugin'],
      registers,
    }),
    followUps: new Counter({
      name: `${PREFIX}follow_up_events_total`,
      help: 'Number of events that plugins published with context.publish. With state, they are written with the next commit.',
      labelNames: ['plugin'],
      registers,
    }),
    followUpFailures: new Counter({
      name: `${PREFIX}follow_up_failures_total`,
      help: 'Number of failed writes of follow-up events. They are retried; later offsets are not committed until then.',
      labelNames: ['plugin'],
      registers,
    }),
    deadLetterStubs: new Counter({
      name: `${PREFIX}dead_letter_stubs_total`,
      help: 'Number of dead letters of an input topic that were too large for their own. Their values are only in the input.',
      labelNames: ['topic'],
      registers,
    }),
    handlerDuration: new TalliedHistogram({
      name: `${PREFIX}handler_duration_seconds`,
      help: 'Duration of handler calls, failed ones included.',
      labelNames: ['plugin'],
      buckets: SECONDS.handler,
      registers,
    }),
    batchEvents: new TalliedHistogram({
      name: `${PREFIX}batch_events`,
      help: 'Number of events in a call of a handler that takes batches, repeated calls included.',
      labelNames: ['plugin'],
      buckets: BATCH_EVENTS,
      registers,
    }),
    endToEnd: new TalliedHistogram({
      name: `${PREFIX}end_to_end_seconds`,
      help: "Time from a record's timestamp to the completion of its delivery.",
      labelNames: ['plugin'],
      buckets: SECONDS.endToEnd,
      registers,
    }),
  }
}

function groupMetrics(registers: Registry[]) {
  return {
    outOfRange: new Counter({
      name: `${PREFIX}out_of_range_total`,
      help: 'Number of times the next offset was out of range: removed (deleted by retention), beyond-end (the topic was recreated, or has lost its newest records), expired (the committed offset is gone), recreated (while it was read) or truncated (the log was cut off below what was read, and rewritten).',
      labelNames: ['topic', 'reason'],
      registers,
    }),
    offsetsLost: new Counter({
      name: `${PREFIX}offsets_lost_total`,
      help: 'Number of offsets never read, because they were deleted or OUT_OF_RANGE skipped them.',
      labelNames: ['topic'],
      registers,
    }),
    rebalances: new Counter({
      name: `${PREFIX}rebalances_total`,
      help: 'Number of consumer group rebalances.',
      registers,
    }),
    rebalanceDuration: new Histogram({
      name: `${PREFIX}rebalance_duration_seconds`,
      help: 'Time from the start of a rebalance to the new assignment.',
      buckets: SECONDS.rebalance,
      registers,
    }),
    commits: new Counter({
      name: `${PREFIX}commits_total`,
      help: 'Number of offset commits by result: ok or failed.',
      labelNames: ['result'],
      registers,
    }),
  }
}

function idempotencyMetrics(registers: Registry[]) {
  return {
    idempotencyOperation: new TalliedHistogram({
      name: `${PREFIX}idempotency_operation_seconds`,
      help: 'Duration of operations of the idempotency store.',
      labelNames: ['store', 'operation'],
      buckets: SECONDS.store,
      registers,
    }),
    idempotencyFailures: new Counter({
      name: `${PREFIX}idempotency_failures_total`,
      help: 'Number of failed operations of the idempotency store. They are retried.',
      labelNames: ['store'],
      registers,
    }),
    idempotencyConflicts: new Counter({
      name: `${PREFIX}idempotency_conflicts_total`,
      help: 'Number of events whose id was used before with different content.',
      registers,
    }),
    idempotencyLostLeases: new Counter({
      name: `${PREFIX}idempotency_lost_leases_total`,
      help: 'Number of claims whose lease was lost, or may have been, before completion.',
      registers,
    }),
    idempotencyEvictions: new Counter({
      name: `${PREFIX}idempotency_evictions_total`,
      help: 'Number of marks (completed deliveries) evicted before IDEMPOTENCY_TTL_MS: IDEMPOTENCY_MAX_MARKS is too low.',
      registers,
    }),
    idempotencyUnreadable: new Counter({
      name: `${PREFIX}idempotency_unreadable_records_total`,
      help: 'Number of records in the marks topic that could not be read; a newer version may have written them.',
      registers,
    }),
  }
}
