import { jsonWithin } from './json-within.ts'

/** What became of a plugin's deliveries. */
export interface DeliveryCounts {
  processed: number
  skipped: number
  rejected: number
  duplicate: number
  deadLettered: number
  abandoned: number
  /** Attempts that failed and are repeated. */
  retries: number
}

/** The same over the last minute or so. */
export interface RecentCounts extends DeliveryCounts {
  overMs: number
  /** Of calls of the handler; null if there was none. */
  p50Ms: number | null
  p99Ms: number | null
}

export interface PluginStatus {
  slug: string
  state: 'enabled' | 'paused' | 'disabled' | 'events-off'
  breaker: 'open' | 'closed'
  /** Deliveries that have not ended. */
  waiting: number
  /** Lanes, of which a record key has one. */
  lanes: { queued: number; running: number; waiting: number }
  /** The oldest of these deliveries, and what it does or waits for. */
  oldest: { record: string; ageMs: number; attempts: number; why: string } | null
  /** The entity with the most of these deliveries, by the place of its first record: no key stands here. */
  busiest: { record: string; deliveries: number } | null
  /** Since the replica started. */
  total: DeliveryCounts
  recent: RecentCounts
}

export interface PartitionStatus {
  topic: string
  partition: number
  /** The next offset to read. */
  expected: number
  /** All deliveries below it are completed. */
  watermark: number
  /** Null before the first commit. */
  committed: number | null
  /** Null until brokers said where the log ends. */
  lag: number | null
  lagMs: number | null
  /** Why it is not read now. */
  parked: string | null
}

/** A failure as often as it happened lately. Never its message, which may hold content of events. */
export interface RecentError {
  plugin: string
  type: string
  /** `file:line:column`, most likely in the plugin; null if it is not known. */
  at: string | null
  /** Lines `at name (path:line:column)`, the innermost first. */
  stack: string[]
  /** What the service did then. */
  what: string
  count: number
  lastMs: number
}

/** A join of the consumer group. */
export interface RebalanceStatus {
  atMs: number
  /** From its begin until what is assigned was known: what moves is not read meanwhile. */
  tookMs: number
  /** Why this replica joined. */
  reason: string
  partitions: number
  leaving: number
}

/** What a replica does of a catch-up that the replicas carry out. */
export interface CatchUpStatus {
  slug: string
  generation: number
  /** Deliveries of this replica since it takes part. */
  handled: number
  deadLettered: number
  /** Why it does not run now; null if it does. */
  problem: string | null
}

/** How a replica does. Times are milliseconds of Unix time. */
export interface ReplicaStatus {
  replica: string
  version: string
  startedMs: number
  writtenMs: number
  /** The next record follows after this time. */
  intervalMs: number
  events: 'on' | 'off'
  /** Failed checks of its readiness. */
  problems: { check: string; why: string }[]
  inFlight: { deliveries: number; bytes: number; maxBytes: number }
  memory: { residentBytes: number; heapBytes: number; heapMaxBytes: number }
  /** How late timers were since the last record. */
  loopDelay: { p99Ms: number; maxMs: number }
  /** Of the partitions that it owns; null while not all have been read. */
  openDeadLetters: number | null
  partitions: PartitionStatus[]
  plugins: PluginStatus[]
  errors: RecentError[]
  /** The last ones, newest first. */
  rebalances: RebalanceStatus[]
  catchUps: CatchUpStatus[]
  /** The lists that were left out because the record would be too large. */
  omitted: ('partitions' | 'plugins' | 'errors')[]
}

/** What a replica did in one minute, for charts. Plugins that did nothing are left out. */
export interface MinuteStatus {
  replica: string
  /** The start of the minute. */
  minuteMs: number
  /** Null if it was not known of all partitions at its end. */
  lag: number | null
  oldestMs: number
  loopDelayMs: number
  plugins: { slug: string; handled: number; failed: number }[]
}

export const STATUS_FORMAT = 1
/** Well below what brokers take by default. */
export const STATUS_BYTES_MAX = 524_288
const MINUTES = 60
const MINUTE_MS = 60_000

/** Key and value of the record. The longest lists are left out of one that would be too large. */
export function encodeStatus(status: ReplicaStatus): { key: string; value: Buffer } {
  const lists = ['partitions', 'plugins', 'errors'] as const
  const { value } = jsonWithin(STATUS_BYTES_MAX, lists, (left) => {
    const kept = Object.fromEntries(left.map((list) => [list, []]))
    return { v: STATUS_FORMAT, ...status, ...kept, omitted: [...left] }
  })
  return { key: status.replica, value }
}

/** Compaction keeps one record of each of these keys, so the last hour. */
export function encodeMinute(minute: MinuteStatus): { key: string; value: Buffer } {
  const place = Math.floor(minute.minuteMs / MINUTE_MS) % MINUTES
  const { value } = jsonWithin(STATUS_BYTES_MAX, ['plugins'], (left) => ({
    v: STATUS_FORMAT,
    ...minute,
    ...(left.length > 0 && { plugins: [] }),
  }))
  return { key: `${minute.replica}${MINUTE_MARK}${place}`, value }
}

/** The key of a replica's own record has none. */
export const MINUTE_MARK = '#'

/** Calls that went well; what was known before is none. */
export function handledIn({ processed, skipped, rejected }: DeliveryCounts): number {
  return processed + skipped + rejected
}

export function failedIn({ retries, deadLettered }: DeliveryCounts): number {
  return retries + deadLettered
}
