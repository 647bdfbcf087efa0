import type { SourceRecord } from '../event/record.ts'
import type { OffsetLedger } from './offset-ledger.ts'

/**
 * One uninterrupted ownership of a partition. Work is done on behalf of an epoch; once it is lost,
 * nothing done for it is ever committed.
 */
export interface Epoch {
  readonly topic: string
  readonly partition: number
  readonly ledger: OffsetLedger
  /** Aborts when the partition is lost. */
  readonly lost: AbortSignal
}

/** Why a record cannot be taken in now, and when it is worth trying again. */
export interface Obstacle {
  why: string
  cleared: Promise<void>
  /** Nothing that anybody needs to be told of. */
  isExpected?: true
}

/** What a source of records feeds. */
export interface Intake {
  /**
   * Resolves when the records of the epoch may be given; rejects where it is worth trying again.
   * Quick for an epoch that was begun before.
   */
  begin(epoch: Epoch): Promise<void>
  /**
   * Takes one record in, copying what it keeps: record and buffers are the source's to reuse.
   * With an obstacle the record was not taken: offer it again when the obstacle is cleared. Never
   * throws.
   */
  take(epoch: Epoch, record: SourceRecord): Obstacle | undefined
  /** The epoch is over: what is queued for it is dropped, its running handlers get their signal. */
  end(epoch: Epoch): void
  /**
   * Resolves when what the watermarks read before this call stand for is durable, and rejects while
   * it can't be: an offset is committed only after that.
   */
  flush(): Promise<void>
  /** Resolves when nothing is running or ready to run, or after the limit; says which. */
  drain(limitMs: number): Promise<'drained' | 'limit'>
}
