import type { MarkedOutcome } from '../event/outcome.ts'

/** A delivery to look up. */
export interface DeliveryQuery {
  plugin: string
  eventId: string
  /** The fingerprint of the event's content, as the pipeline computes it. */
  fingerprint: string
  /** The hash of the content, for stores that compare hashes. */
  hash: string
  topic: string
  partition: number
}

/** What a store has recorded for a delivery. Times are in milliseconds since the epoch. */
export type StoredCompletion =
  | {
      type: 'completed'
      /** Undefined if an older version made the mark. */
      outcome: MarkedOutcome | undefined
      atMs: number
      content: 'same' | 'other'
      expired: boolean
    }
  /** A replica is handling it, or was when it ended. */
  | { type: 'claimed'; by: string; untilMs: number }
  | { type: 'none'; why: string }
  | { type: 'unknown'; why: string }

/** Reads the idempotency store without changing it. */
export interface MarksLookup {
  /** Returns one result per delivery, in order: `unknown` if the store does not respond. */
  find(deliveries: readonly DeliveryQuery[]): Promise<StoredCompletion[]>
  close(): Promise<void>
}

/** For stores that other processes cannot read. */
export function unknownMarks(why: string): MarksLookup {
  return {
    find: async (deliveries) => deliveries.map(() => ({ type: 'unknown', why })),
    async close() {},
  }
}
