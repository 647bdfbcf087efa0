/** A delivery whose note is asked for. */
export interface DeliveryQuery {
  plugin: string
  eventId: string
  /** Of the event's content, as the pipeline has it. */
  fingerprint: string
  topic: string
  partition: number
}

/** What a store keeps of a delivery. Times are in milliseconds since the epoch. */
export type StoredCompletion =
  | { type: 'completed'; atMs: number; content: 'same' | 'other'; expired: boolean }
  /** A replica is at it, or was when it ended. */
  | { type: 'claimed'; by: string; untilMs: number }
  | { type: 'none'; why: string }
  | { type: 'unknown'; why: string }

/** Reads what the idempotency store keeps, and changes nothing there. */
export interface MarksLookup {
  /** A note for each delivery, in their order. Where the store does not answer: `unknown`. */
  find(deliveries: readonly DeliveryQuery[]): Promise<StoredCompletion[]>
  close(): Promise<void>
}

/** For stores that nobody else can ask. */
export function unknownMarks(why: string): MarksLookup {
  return {
    find: async (deliveries) => deliveries.map(() => ({ type: 'unknown', why })),
    async close() {},
  }
}
