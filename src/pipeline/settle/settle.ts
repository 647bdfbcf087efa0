import { type DeadLetterSink, deadLetterOf } from '../../dead-letter/dead-letter.ts'
import {
  assertNever,
  type CompletedOutcome,
  type DeadLetterReason,
  type Delayed,
  type Outcome,
} from '../../event/outcome.ts'
import type { FollowUpSink } from '../../follow-up/follow-up.ts'
import { StateConflict } from '../../idempotency/state-conflict.ts'
import type { Clock } from '../../util/clock.ts'
import { Failure, failureLines } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import { andThen, type MaybePromise, tryCatch } from '../../util/maybe-promise.ts'
import type { Dedupe } from '../admit/dedupe.ts'
import { type Delivery, eventOf, originOf } from '../delivery.ts'
import type { Turn } from '../lanes/lane.ts'
import type { WaitReason } from '../lanes/wait-reason.ts'

/** What is written of a delivery. */
export type Written = 'dead letter' | 'follow-up events' | 'mark'

/** Callbacks for how deliveries are settled. */
export interface SettleReports {
  onSettled(delivery: Delivery, outcome: CompletedOutcome): void
  onAbandoned(delivery: Delivery): void
  onRetry(delivery: Delivery, error: Failure, delayMs: number): void
  onHeld(delivery: Delivery, error: Failure): void
  onDelayed(delivery: Delivery, outcome: Delayed): void
  onInterrupted(delivery: Delivery, error: Failure): void
  onDeadLetter(delivery: Delivery, reason: DeadLetterReason, error: Failure): void
  /** The delivery's follow-up events are written, or will be with its mark. */
  onPublished(delivery: Delivery, events: number): void
  /** A write failed; it will be retried. */
  onWriteFailed(delivery: Delivery, what: Written, error: Failure): void
}

export interface SettlePorts {
  groupId: string
  dedupe: Dedupe
  deadLetters: DeadLetterSink
  followUps: Pick<FollowUpSink, 'write'>
  /** Whether the plugin's follow-up events are committed together with its marks. */
  areStaged(plugin: string): boolean
  clock: Clock
  reports: SettleReports
}

const WRITE_RETRY_MS = 1_000

/**
 * Records how a delivery's turn ended. A completed outcome counts only once it is written: first the
 * dead letter or the follow-up events are acknowledged, then the mark is made, then the offset ledger
 * settles the record. Until then the watermark stays below the record.
 */
export function createSettle(ports: SettlePorts) {
  const { dedupe, reports, clock } = ports

  function settle(delivery: Delivery, outcome: Outcome): MaybePromise<Turn> {
    switch (outcome.type) {
      case 'processed':
      case 'skipped':
        return publish(delivery, outcome)
      case 'duplicate':
        return complete(delivery, outcome)
      case 'rejected':
        return deadLetter(delivery, outcome, 'rejected', rejectionOf(outcome))
      case 'dead-lettered':
        return deadLetter(delivery, outcome, outcome.reason, outcome.error)
      case 'retrying':
        reports.onRetry(delivery, outcome.error, outcome.delayMs)
        return again(delivery, outcome.delayMs, outcome.type)
      case 'held':
        reports.onHeld(delivery, outcome.error)
        return again(delivery, outcome.delayMs, outcome.type)
      case 'delayed':
        // Its next turn begins at once, and waits before it claims the event.
        reports.onDelayed(delivery, outcome)
        return again(delivery, 0, outcome.type)
      case 'interrupted':
        reports.onInterrupted(delivery, outcome.error)
        return again(delivery, outcome.delayMs, outcome.type)
      case 'deferred':
        return { again: dedupe.withdraw(delivery, outcome.until), why: 'batch' }
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
    error: Failure,
  ): Promise<Turn> {
    // Only what is processed or skipped changes states and publishes, wherever a call went wrong.
    delivery.stateChange = undefined
    delivery.followUps = undefined
    if (delivery.deadLetterWritten) return complete(delivery, outcome)
    const { plugin, wanted, attempts } = delivery
    const { generation: redrives = 0, replay } = wanted.redriven ?? {}
    const who = { plugin: plugin.slug, groupId: ports.groupId, replay }
    const lines = failureLines(error).join('\n')
    const cause = { ...who, ...eventOf(delivery), reason, error, lines, attempts, redrives }
    try {
      await ports.deadLetters.write(deadLetterOf(originOf(wanted), cause))
    } catch (failure) {
      return retryWrite(delivery, outcome, 'dead letter', failure)
    }
    delivery.deadLetterWritten = true
    reports.onDeadLetter(delivery, reason, error)
    return complete(delivery, outcome)
  }

  function publish(delivery: Delivery, outcome: CompletedOutcome): MaybePromise<Turn> {
    const { followUps, plugin, claim, stateChange } = delivery
    const isDue = followUps !== undefined && !followUps.isWritten && !ports.areStaged(plugin.slug)
    if (!isDue) return complete(delivery, outcome)
    return tryCatch(
      async () => {
        if (plugin.state !== undefined) await claim?.confirm?.(stateChange)
        await ports.followUps.write(followUps.records)
        followUps.isWritten = true
        return complete(delivery, outcome)
      },
      (failure) => unwritten(delivery, outcome, 'follow-up events', failure),
    )
  }

  function complete(delivery: Delivery, outcome: CompletedOutcome): MaybePromise<Turn> {
    const turn: Turn = { done: () => close(delivery, outcome) }
    return tryCatch<Turn>(
      () => andThen(dedupe.complete(delivery, outcome), () => turn),
      (failure) => unwritten(delivery, outcome, 'mark', failure),
    )
  }

  function unwritten(
    delivery: Delivery,
    outcome: CompletedOutcome,
    what: Written,
    failure: unknown,
  ): Turn {
    if (failure instanceof StateConflict) return callAgain(delivery, failure)
    return retryWrite(delivery, outcome, what, failure)
  }

  /** What the handler made of the state that it was given is void. */
  function callAgain(delivery: Delivery, conflict: StateConflict): Turn {
    delivery.verdict = undefined
    delivery.stateChange = undefined
    delivery.followUps = undefined
    delivery.attempts -= 1
    reports.onInterrupted(delivery, failureOf(conflict))
    return again(delivery, WRITE_RETRY_MS, 'interrupted')
  }

  /**
   * The partition may have been lost while the mark was being written. The mark is valid all the same,
   * but nothing of that epoch will be committed.
   */
  function close(delivery: Delivery, outcome: CompletedOutcome): void {
    const { epoch, open } = delivery.wanted
    dedupe.leave(delivery)
    epoch.ledger.settle(open)
    if (delivery.followUps !== undefined)
      reports.onPublished(delivery, delivery.followUps.records.length)
    if (epoch.lost.aborted) reports.onAbandoned(delivery)
    else reports.onSettled(delivery, outcome)
    forget(delivery)
  }

  /** Settles a delivery that its plugin no longer takes, without a mark. */
  function skip(delivery: Delivery, why: string): void {
    void dedupe.release(delivery)
    close(delivery, { type: 'skipped', why })
  }

  /** Abandons a delivery of a lost epoch, whatever its state. */
  function abandon(delivery: Delivery): void {
    delivery.wanted.epoch.ledger.abandon(delivery.wanted.open)
    reports.onAbandoned(delivery)
    void dedupe.release(delivery)
    forget(delivery)
  }

  function retryWrite(
    delivery: Delivery,
    outcome: CompletedOutcome,
    what: Written,
    failure: unknown,
  ): Turn {
    delivery.verdict = outcome
    reports.onWriteFailed(delivery, what, failureOf(failure))
    return again(delivery, WRITE_RETRY_MS, UNWRITTEN[what])
  }

  function again(delivery: Delivery, delayMs: number, why: WaitReason): Turn {
    return { again: clock.sleep(delayMs, delivery.wanted.epoch.lost), why }
  }

  return { settle, skip, abandon }
}

const UNWRITTEN: Record<Written, WaitReason> = {
  'dead letter': 'dead-letter-unwritten',
  'follow-up events': 'follow-ups-unwritten',
  mark: 'mark-unwritten',
}

function rejectionOf({ why, code }: { why: string; code?: string }): Failure {
  return new Failure(why, code === undefined ? {} : { code })
}

/**
 * Drops what was created for the delivery's turns. A delivery that waited in its lane has been moved
 * to V8's old generation, which is collected rarely, and keeps alive whatever it points to: without
 * this, events handled long ago would be copied in every young-generation collection.
 */
function forget(delivery: Delivery): void {
  delivery.claim = undefined
  delivery.storedState = undefined
  delivery.stateChange = undefined
  delivery.followUps = undefined
  if (delivery.wanted.open.outstanding === 0) delivery.wanted.content = undefined
}
