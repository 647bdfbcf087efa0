import type { MarkedOutcome } from '../event/outcome.ts'
import type { FollowUpRecord } from '../follow-up/follow-up.ts'
import type { Sql } from '../plugin/plugin.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import type { Staging, StateChange, StoredState } from './staged.ts'

/** Plugin and event id identify a delivery within a consumer group; the partition only locates it. */
export interface DeliveryKey {
  plugin: string
  eventId: string
  topic: string
  partition: number
}

/** A partition while this process owns it. */
export interface OwnedBy {
  topic: string
  partition: number
  /** Aborts when ownership ends. */
  lost: AbortSignal
}

/** The right to handle one delivery, held until it is completed or released. */
export interface Claim {
  /**
   * Makes the mark. It is visible to every later claim, and durable once `flush` has resolved; that of
   * a plugin with state once the offsets are committed, together with the change and the follow-ups.
   * Rejects with StateConflict if the change was made from a state that is not the stored one any more.
   */
  complete(
    outcome: MarkedOutcome,
    change?: StateChange,
    followUps?: readonly FollowUpRecord[],
  ): MaybePromise<void>
  /**
   * Before something is published that was made of a state: nobody else can have the claim from now on until
   * its lease ends, nor has changed the state. Rejects if the claim has passed to another owner, and with
   * StateConflict. Undefined for stores whose claims cannot pass to another owner.
   */
  confirm?(change: StateChange | undefined): Promise<void>
  /** Releases the claim without a mark: this or another process will handle the event again. */
  release(): MaybePromise<void>
  /**
   * Aborts when the claim has passed, or may have passed, to another owner: stop the work and claim
   * again. Undefined for stores whose claims cannot pass to another owner.
   */
  readonly lost?: AbortSignal
  /** Begins the transaction for a handler's writes and the mark. Only in stores that support SQL. */
  begin?(limits: TransactionLimits): Promise<ClaimTransaction>
}

/** How long a statement may run, and how long the transaction may be idle between statements. */
export interface TransactionLimits {
  statementMs: number
  idleMs: number
}

/** Commits a handler's writes and its mark atomically. */
export interface ClaimTransaction {
  readonly sql: Sql
  /** The connection broke, so the handler is not to blame for failures since then. */
  isBroken(): boolean
  /** Ends the running statement and rejects further ones. Called when the handler is aborted. */
  interrupt(): void
  /**
   * Makes the mark and commits. Rejects if the claim has passed to another owner or the commit failed.
   * Then nothing was written, except that after a broken connection both may have been. The change of
   * state is as in `Claim.complete`.
   */
  commit(outcome: MarkedOutcome, change?: StateChange): Promise<void>
  /** Rolls back the writes and keeps the claim. Never rejects. */
  rollback(): Promise<void>
}

/** The same for many claims: a handler's writes, and the marks of all of them. */
export interface BatchTransaction extends Omit<ClaimTransaction, 'commit'> {
  /** As of one claim, with the outcomes in the order of the claims. If one of them was lost, nothing is written. */
  commit(outcomes: readonly MarkedOutcome[]): Promise<void>
}

export type ClaimResult =
  | { type: 'claimed'; claim: Claim }
  /** Completed before with content that has this fingerprint. */
  | { type: 'completed'; fingerprint: string }
  /** Completed before, and marked with another fingerprint, by a version that had no content hashes. */
  | { type: 'completed-formerly'; isSame(fingerprint: string): boolean }
  /** Another owner has the claim: try again later. This does not count as an attempt. */
  | { type: 'claimed-elsewhere' }

/**
 * Stores claims and marks. An implementation may lose claims but never marks, and must not overwrite
 * a mark. Every method may fail while the store is down; callers then wait, and nothing is lost.
 */
export interface IdempotencyStore {
  readonly name: 'memory' | 'kafka' | 'postgres'
  /** Set if `claim` is to be given the content's hash, which costs less than its fingerprint. */
  readonly compares?: 'hashes'
  /**
   * How many deliveries of a plugin may be claimed or marked, together, beside those whose handlers run.
   * Undefined for stores that answer at once.
   */
  readonly turnsAhead?: number
  /**
   * Called when a partition is assigned. Resolves when its previous owner's marks are loaded; at once
   * if this ownership is already open.
   */
  open(partition: OwnedBy): Promise<void>
  claim(key: DeliveryKey, fingerprint: string): MaybePromise<ClaimResult>
  /** Begins a transaction for claims that this store has made. Only in stores that support SQL. */
  beginAll?(
    claims: readonly [Claim, ...Claim[]],
    limits: TransactionLimits,
  ): Promise<BatchTransaction>
  /** The plugin's state for a record key of an open partition; undefined if there is none. */
  stateOf(
    place: { topic: string; partition: number },
    plugin: string,
    key: Buffer,
  ): MaybePromise<StoredState | undefined>
  /** What waits for the commit of the offsets. Undefined for stores that write states themselves. */
  readonly staging?: Staging
  /** Resolves when all marks made so far are durable. Offsets may be committed only after that. */
  flush(): Promise<void>
  close(): Promise<void>
}
