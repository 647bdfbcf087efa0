import { type DeadLetterSink, deadLetterOf } from '../../dead-letter/dead-letter.ts'
import {
  assertNever,
  type CompletedOutcome,
  type DeadLetterReason,
  type Outcome,
} from '../../event/outcome.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { andThen, type MaybePromise, tryCatch } from '../../util/maybe-promise.ts'
import type { Dedupe } from '../admit/dedupe.ts'
import { type Delivery, originOf } from '../delivery.ts'
import { retain } from '../intake/retain-record.ts'
import type { Turn } from '../lanes/lanes.ts'
import type { WaitReason } from '../lanes/wait-reason.ts'

/** What settling tells the rest of the service. */
export interface SettleReports {
  onSettled(delivery: Delivery, outcome: CompletedOutcome): void
  onAbandoned(delivery: Delivery): void
  onRetry(delivery: Delivery, error: string, delayMs: number): void
  onHeld(delivery: Delivery, error: string): void
  onInterrupted(delivery: Delivery, error: string): void
  onDeadLetter(delivery: Delivery, reason: DeadLetterReason, error: string): void
  /** A dead letter or a mark could not be written; it will be tried again. */
  onWriteFailed(delivery: Delivery, what: 'dead letter' | 'mark', error: string): void
}

export interface SettlePorts {
  groupId: string
  dedupe: Dedupe
  deadLetters: DeadLetterSink
  clock: Clock
  reports: SettleReports
}

const WRITE_RETRY_MS = 1_000

/**
 * Writes down how a delivery's turn ended. A completed outcome counts only when it is written: the
 * dead letter acknowledged, then the mark, then the ledger. Until then the watermark stays below.
 */
export function createSettle(ports: SettlePorts) {
  const { dedupe, reports, clock } = ports

  function settle(delivery: Delivery, outcome: Outcome): MaybePromise<Turn> {
    switch (outcome.type) {
      case 'processed':
      case 'skipped':
      case 'duplicate':
        return complete(delivery, outcome)
      case 'rejected':
        return deadLetter(delivery, outcome, 'rejected', outcome.why)
      case 'dead-lettered':
        return deadLetter(delivery, outcome, outcome.reason, outcome.error)
      case 'retrying':
        reports.onRetry(delivery, outcome.error, outcome.delayMs)
        return again(delivery, outcome.delayMs, outcome.type)
      case 'held':
        reports.onHeld(delivery, outcome.error)
        return again(delivery, outcome.delayMs, outcome.type)
      case 'interrupted':
        reports.onInterrupted(delivery, outcome.error)
        return again(delivery, outcome.delayMs, outcome.type)
      case 'abandoned':
        return { done: () => abandon(delivery) }
      default:
        return assertNever(outcome)
    }
  }

  async function deadLetter(
    delivery: Delivery,
    outcome: CompletedOutcome,
    reason: DeadLetterReason,
    error: string,
  ): Promise<Turn> {
    if (delivery.deadLetterWritten) return complete(delivery, outcome)
    const { plugin, wanted, attempts } = delivery
    retain(wanted)
    const { generation: redrives = 0, replay } = wanted.redriven ?? {}
    const who = { plugin: plugin.slug, groupId: ports.groupId, replay }
    const cause = { ...who, reason, error, attempts, redrives }
    try {
      await ports.deadLetters.write(deadLetterOf(originOf(wanted), cause))
    } catch (failure) {
      return tryAgain(delivery, outcome, 'dead letter', failure)
    }
    delivery.deadLetterWritten = true
    reports.onDeadLetter(delivery, reason, error)
    return complete(delivery, outcome)
  }

  function complete(delivery: Delivery, outcome: CompletedOutcome): MaybePromise<Turn> {
    const turn: Turn = { done: () => close(delivery, outcome) }
    return tryCatch<Turn>(
      () => andThen(dedupe.complete(delivery), () => turn),
      (failure) => tryAgain(delivery, outcome, 'mark', failure),
    )
  }

  /**
   * The partition may have been lost while the mark was written: the mark is true all the same, but
   * the books of that epoch are closed and nothing of it will be committed.
   */
  function close(delivery: Delivery, outcome: CompletedOutcome): void {
    const { epoch, open } = delivery.wanted
    dedupe.leave(delivery)
    epoch.ledger.settle(open)
    if (epoch.lost.aborted) reports.onAbandoned(delivery)
    else reports.onSettled(delivery, outcome)
    forget(delivery)
  }

  /** Lets a delivery go that nobody wants any more: done with here, and not marked as completed. */
  function passBy(delivery: Delivery, why: string): void {
    void dedupe.release(delivery)
    close(delivery, { type: 'skipped', why })
  }

  /** Gives up a delivery of a lost epoch, wherever it stands. */
  function abandon(delivery: Delivery): void {
    delivery.wanted.epoch.ledger.settle(delivery.wanted.open)
    reports.onAbandoned(delivery)
    void dedupe.release(delivery)
    forget(delivery)
  }

  function tryAgain(
    delivery: Delivery,
    outcome: CompletedOutcome,
    what: 'dead letter' | 'mark',
    failure: unknown,
  ): Turn {
    delivery.verdict = outcome
    reports.onWriteFailed(delivery, what, messageOf(failure))
    const why = what === 'mark' ? 'mark-unwritten' : 'dead-letter-unwritten'
    return again(delivery, WRITE_RETRY_MS, why)
  }

  function again(delivery: Delivery, delayMs: number, why: WaitReason): Turn {
    return { again: clock.sleep(delayMs, delivery.wanted.epoch.lost), why }
  }

  return { settle, passBy, abandon }
}

/**
 * Lets go of what was made for the delivery's turns. One that waited in its lane is among what V8 takes
 * to live long, and what such an object points to counts as alive until all of that is collected,
 * which is seldom: events that were handled long ago would be copied again and again.
 */
function forget(delivery: Delivery): void {
  delivery.claim = undefined
  if (delivery.wanted.open.outstanding === 0) delivery.wanted.content = undefined
}
