import type { SourceRecord } from '../event/record.ts'
import type { Staging } from '../idempotency/staged.ts'
import type { OffsetLedger } from './offset-ledger.ts'

/**
 * One uninterrupted ownership of a partition. All work belongs to an epoch; once the epoch is lost,
 * nothing done for it is ever committed.
 */
export interface Epoch {
  readonly topic: string
  readonly partition: number
  readonly ledger: OffsetLedger
  /** Aborts when the partition is lost. */
  readonly lost: AbortSignal
}

/** Why a record cannot be accepted now. */
export interface Obstacle {
  why: string
  /** Resolves when it is worth trying again. */
  cleared: Promise<void>
  /** Part of normal operation: not reported. */
  isExpected?: true
}

/** Where a source delivers its records. */
export interface Intake {
  /**
   * Resolves when records of the epoch may be delivered; rejects if the caller should retry. Returns
   * quickly for an epoch that has already begun.
   */
  begin(epoch: Epoch): Promise<void>
  /**
   * Accepts one record and copies what it keeps, so the source may reuse the record and its buffers.
   * If it returns an obstacle, the record was not accepted: offer it again once the obstacle is
   * cleared. Never throws.
   */
  take(epoch: Epoch, record: SourceRecord): Obstacle | undefined
  /**
   * Before a partition is handed over: drops its queued deliveries, and resolves when the running
   * ones have ended, with 'drained', or with 'limit' after the limit.
   */
  release(epoch: Epoch, limitMs: number): Promise<'drained' | 'limit'>
  /** Ends an epoch: drops its queued deliveries. Running handlers see `lost` abort. */
  end(epoch: Epoch): void
  /**
   * Resolves when everything below the watermarks read before this call is durable, and rejects
   * otherwise. Offsets are committed only after it resolves.
   */
  flush(): Promise<void>
  /** Deliveries that count only once they are committed together with the offsets. */
  readonly staging: Staging | undefined
  /** Resolves with 'drained' when nothing is running or ready to run, or 'limit' after the limit. */
  drain(limitMs: number): Promise<'drained' | 'limit'>
}
