import type { SinkName } from './sinks.ts'
import type { WantsName } from './wants.ts'

/** The job of the service's process. */
export interface ServiceJob {
  brokers: string
  registryUrl: string
  topic: string
  groupId: string
  partitions: number
  wants: WantsName
  plugins: number
  /** The number of events in the topic, wanted or not; rates are based on it. */
  records: number
  /** The number of events that the plugins want. */
  wanted: number
  /** A value of IDEMPOTENCY_STORE. */
  store: string
  /** How long a handler waits; undefined: it does nothing. */
  waitMs?: number
  concurrency?: number
  /** The handler writes each event to Postgres. */
  sink?: SinkName
  /** Writes a CPU profile there, from the first record to the last. */
  profileFile?: string
  /** Collects garbage twice during the run, and reports the live memory. */
  collects?: boolean
  /** Samples allocations, and reports the top allocators. */
  allocation?: boolean
}
