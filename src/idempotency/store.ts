import type { Sql } from '../plugin/plugin.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

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
  complete(): MaybePromise<void>
  /** Gives the claim back without a mark: the delivery will be tried again or by somebody else. */
  release(): MaybePromise<void>
  /**
   * Aborts when the claim has passed, or may have passed, to another owner: end what is done under
   * it and claim anew. Stores whose claims can't pass have none.
   */
  readonly lost?: AbortSignal
  /** Begins the transaction that holds a handler's writes and the mark. Only where SQL is offered. */
  begin?(limits: TransactionLimits): Promise<ClaimTransaction>
}

/** How long one statement may run, and how long the transaction may lie idle between two. */
export interface TransactionLimits {
  statementMs: number
  idleMs: number
}

/** A handler's writes and its mark: both become true at once, or neither does. */
export interface ClaimTransaction {
  readonly sql: Sql
  /** The connection broke: whatever failed since says nothing of the handler. */
  isBroken(): boolean
  /** Ends a statement that runs, and refuses further ones: their caller was told to end. */
  interrupt(): void
  /**
   * Makes the mark and commits. Rejects when the claim has passed to another owner or the commit
   * failed; then nothing was written, or, where the connection broke, both were.
   */
  commit(): Promise<void>
  /** Undoes the writes and keeps the claim. Never rejects. */
  rollback(): Promise<void>
}

export type ClaimResult =
  | { type: 'claimed'; claim: Claim }
  /** Completed before, with content of this fingerprint. */
  | { type: 'completed'; fingerprint: string }
  /** Another owner is at it: ask again later. That is not an attempt. */
  | { type: 'claimed-elsewhere' }

/**
 * Where marks live. An implementation may lose claims, never marks: a mark is not overwritten.
 * Every method may fail while the store is down; callers then wait, and nothing is lost.
 */
export interface IdempotencyStore {
  readonly name: 'memory' | 'kafka' | 'postgres'
  /**
   * A partition is owned from now on. Resolves when the marks that its last owner left are known;
   * at once for the same ownership a second time.
   */
  open(partition: OwnedBy): Promise<void>
  claim(key: DeliveryKey, fingerprint: string): MaybePromise<ClaimResult>
  /** Resolves when the marks made so far are durable: offsets may be committed only after that. */
  flush(): Promise<void>
  close(): Promise<void>
}
