import type { WantsName } from './wants.ts'

/** What the service's own process is asked to do. */
export interface ServiceJob {
  brokers: string
  registryUrl: string
  topic: string
  groupId: string
  partitions: number
  wants: WantsName
  plugins: number
  /** What a rate counts: events of the topic, wanted or not. */
  records: number
  /** Events of the topic that they want. */
  wanted: number
  /** As IDEMPOTENCY_STORE has it. */
  store: string
  /** How long a handler waits; it does nothing unless this is given. */
  waitMs?: number
  concurrency?: number
  /** Write a CPU profile there, from the first record to the last. */
  profileFile?: string
  /** Collect garbage twice on the way, and tell what stays. */
  collects?: boolean
  /** Sample what is allocated, and answer the top allocators. */
  allocation?: boolean
}
