/** What identifies a delivery: the plugin and the event's id, within one consumer group. */
export interface DeliveryKey {
  plugin: string
  eventId: string
  topic: string
  partition: number
}

/** The right to handle one delivery, held until it is completed or released. */
export interface Claim {
  /** Writes the mark. Resolves once it is as durable as the store promises; rejects if it is down. */
  complete(): Promise<void>
  /** Gives the claim back without a mark: the delivery will be tried again or by somebody else. */
  release(): Promise<void>
}

export type ClaimResult =
  | { type: 'claimed'; claim: Claim }
  /** Completed before, with content of this fingerprint. */
  | { type: 'completed'; fingerprint: string }
  /** Another owner is at it: ask again later. That is not an attempt. */
  | { type: 'claimed-elsewhere' }

/**
 * Where marks live. An implementation may lose claims, never marks: a mark is not overwritten.
 * Every method may reject while the store is down; callers then wait, and nothing is lost.
 */
export interface IdempotencyStore {
  readonly name: 'memory' | 'kafka' | 'postgres'
  claim(key: DeliveryKey, fingerprint: string): Promise<ClaimResult>
  close(): Promise<void>
}
