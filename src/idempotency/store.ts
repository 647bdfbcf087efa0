/** What identifies a delivery: the plugin and the event's id, within one consumer group. */
export interface DeliveryKey {
  plugin: string
  eventId: string
  topic: string
  partition: number
}

/** A partition while it is ours. */
export interface OwnedBy {
  topic: string
  partition: number
  /** Aborts when it is no longer. */
  lost: AbortSignal
}

/** The right to handle one delivery, held until it is completed or released. */
export interface Claim {
  /** Makes the mark: seen by every later claim, durable at the latest when `flush` has resolved. */
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
  /**
   * A partition is owned from now on. Resolves when the marks that its last owner left are known;
   * at once for the same ownership a second time.
   */
  open(partition: OwnedBy): Promise<void>
  claim(key: DeliveryKey, fingerprint: string): Promise<ClaimResult>
  /** Resolves when the marks made so far are durable: offsets may be committed only after that. */
  flush(): Promise<void>
  close(): Promise<void>
}
