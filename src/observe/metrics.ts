import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { PREFIX, progressGauges } from './progress-gauges.ts'
import { scrapedGauge } from './scraped-gauge.ts'
import { TalliedCounter } from './tallied-counter.ts'
import { TalliedHistogram } from './tallied-histogram.ts'

const HANDLER_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const END_TO_END_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600]
const STORE_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
const REBALANCE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export type Metrics = ReturnType<typeof createMetrics>

/**
 * Every metric of the service. No label ever holds an event id, a record key or an entity, so the
 * number of series is bounded by plugins, topics and partitions.
 */
export function createMetrics({
  version,
  register = new Registry(),
}: {
  version: string
  register?: Registry
}) {
  const registers = [register]
  collectDefaultMetrics({ register })
  const buildInfo = new Gauge({
    name: `${PREFIX}build_info`,
    help: 'Always 1; the label tells the version that is running.',
    labelNames: ['version'],
    registers,
  })
  buildInfo.set({ version }, 1)
  return {
    register,
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
      help: 'Records taken from Kafka.',
      labelNames: ['topic'],
      registers,
    }),
    headerMismatches: new Counter({
      name: `${PREFIX}header_mismatches_total`,
      help: 'Records whose ce_ headers contradict their payload. The payload holds.',
      registers,
    }),
    published: new Counter({
      name: `${PREFIX}published_total`,
      help: 'Records that Kafka acknowledged to the publisher.',
      labelNames: ['topic'],
      registers,
    }),
  }
}

function deliveryMetrics(registers: Registry[]) {
  return {
    filterDecisions: new TalliedCounter({
      name: `${PREFIX}filter_decisions_total`,
      help: "What a plugin's filters said of an event: wanted, unwanted or error.",
      labelNames: ['plugin', 'decision'],
      registers,
    }),
    deliveries: new TalliedCounter({
      name: `${PREFIX}deliveries_total`,
      help: 'Deliveries (one event for one plugin) by how they ended.',
      labelNames: ['plugin', 'outcome'],
      registers,
    }),
    deliveryRetries: new Counter({
      name: `${PREFIX}delivery_retries_total`,
      help: 'Failed attempts after which the handler is called again.',
      labelNames: ['plugin'],
      registers,
    }),
    deadLetters: new Counter({
      name: `${PREFIX}dead_letters_total`,
      help: 'Records that Kafka acknowledged in a dead-letter topic.',
      labelNames: ['plugin', 'reason'],
      registers,
    }),
    deadLetterFailures: new Counter({
      name: `${PREFIX}dead_letter_failures_total`,
      help: 'Dead letters that could not be written. They are tried again; nothing behind is committed.',
      labelNames: ['plugin'],
      registers,
    }),
    handlerDuration: new TalliedHistogram({
      name: `${PREFIX}handler_duration_seconds`,
      help: 'How long one call of a handler took, failed ones included.',
      labelNames: ['plugin'],
      buckets: HANDLER_SECONDS,
      registers,
    }),
    endToEnd: new TalliedHistogram({
      name: `${PREFIX}end_to_end_seconds`,
      help: "From a record's timestamp to the completion of its delivery.",
      labelNames: ['plugin'],
      buckets: END_TO_END_SECONDS,
      registers,
    }),
  }
}

function groupMetrics(registers: Registry[]) {
  return {
    outOfRange: new Counter({
      name: `${PREFIX}out_of_range_total`,
      help: 'How often the next offset was not in the log: removed (retention passed it) or beyond-end (the topic was made anew).',
      labelNames: ['topic', 'reason'],
      registers,
    }),
    offsetsLost: new Counter({
      name: `${PREFIX}offsets_lost_total`,
      help: 'Offsets that were never read, because they were no longer in the log or OUT_OF_RANGE passed over them.',
      labelNames: ['topic'],
      registers,
    }),
    rebalances: new Counter({
      name: `${PREFIX}rebalances_total`,
      help: 'How often the group shared out its partitions anew.',
      registers,
    }),
    rebalanceDuration: new Histogram({
      name: `${PREFIX}rebalance_duration_seconds`,
      help: 'From the start of a rebalance to the new assignment.',
      buckets: REBALANCE_SECONDS,
      registers,
    }),
    commits: new Counter({
      name: `${PREFIX}commits_total`,
      help: 'Offset commits by result: ok or failed.',
      labelNames: ['result'],
      registers,
    }),
  }
}

function idempotencyMetrics(registers: Registry[]) {
  return {
    idempotencyOperation: new TalliedHistogram({
      name: `${PREFIX}idempotency_operation_seconds`,
      help: 'How long one operation of the idempotency store took.',
      labelNames: ['store', 'operation'],
      buckets: STORE_SECONDS,
      registers,
    }),
    idempotencyFailures: new Counter({
      name: `${PREFIX}idempotency_failures_total`,
      help: 'Operations of the idempotency store that failed. They are tried again.',
      labelNames: ['store'],
      registers,
    }),
    idempotencyConflicts: new Counter({
      name: `${PREFIX}idempotency_conflicts_total`,
      help: 'Events whose id was used before with other content.',
      registers,
    }),
    idempotencyLostLeases: new Counter({
      name: `${PREFIX}idempotency_lost_leases_total`,
      help: 'Claims that passed to another owner, or may have, before they were completed.',
      registers,
    }),
    idempotencyEvictions: new Counter({
      name: `${PREFIX}idempotency_evictions_total`,
      help: 'Completed deliveries that were forgotten before their time: IDEMPOTENCY_MAX_MARKS is too low.',
      registers,
    }),
    idempotencyUnreadable: new Counter({
      name: `${PREFIX}idempotency_unreadable_records_total`,
      help: 'Records of completed deliveries that were skipped: a newer version may have written them.',
      registers,
    }),
  }
}

function gatewayMetrics(register: Registry) {
  const registers = [register]
  return {
    gatewayReady: scrapedGauge<'check'>({
      name: `${PREFIX}gateway_ready`,
      help: 'What the gateway needs to take events, by name: 1 if it is right, else 0.',
      labelNames: ['check'],
      register,
    }),
    gatewayRequests: new Counter({
      name: `${PREFIX}gateway_requests_total`,
      help: 'Requests that the gateway answered, by route and status.',
      labelNames: ['route', 'status'],
      registers,
    }),
    gatewayUnknownKinds: new Counter({
      name: `${PREFIX}gateway_unknown_kinds_total`,
      help: 'Events that the gateway took though there is no schema for their kind.',
      registers,
    }),
  }
}
