import type { Event } from '../../event/event.ts'
import type { FollowUpSink } from '../../follow-up/follow-up.ts'
import type { ClaimTransaction } from '../../idempotency/store.ts'
import { madeReturns } from '../../plugin/returns/made-returns.ts'
import { returnOf } from '../../plugin/returns/returns.ts'
import type { Failure } from '../../util/failure/failure.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import { CallWatch, Watches, type WatchPorts } from './call-watch.ts'
import { encodeFollowUps } from './encode-follow-ups.ts'
import { type ContextPorts, HandlerContext } from './handler-context.ts'
import { type HandlerResult, successOf } from './handler-result.ts'
import { newerState } from './state-draft.ts'
import { unreturned, unreturnedAt } from './unreturned.ts'

/** Records which handler is running, so that one that blocks the thread can be named. */
export interface CallSlots {
  /** A call begins and occupies the thread. Returns its slot. */
  enter(delivery: Delivery): number
  /** The call returned a promise and no longer blocks the thread. */
  returned(): void
  /** The call has ended. */
  leave(slot: number): void
}

export const noCallSlots: CallSlots = { enter: () => 0, returned() {}, leave() {} }

export interface HandlePorts extends ContextPorts, WatchPorts {
  calls: CallSlots
  followUps: Pick<FollowUpSink, 'kinds' | 'encode'>
  reports: {
    onHandled(delivery: Delivery, seconds: number, events?: number): void
    /** Some call made something after an `await` that it should have returned. */
    onUnreturned(failure: Failure): void
  }
}

/**
 * Calls a plugin's handler with a time limit. An error is returned as a result, never thrown. The
 * result comes only after the handler has settled, so two calls for one entity never overlap.
 */
export function createHandle(ports: HandlePorts) {
  const watches = new Watches(ports)
  return function handle(
    delivery: Delivery,
    event: Event,
    transaction?: Pick<ClaimTransaction, 'sql' | 'interrupt'>,
  ): MaybePromise<HandlerResult> {
    const newer = delivery.plugin.state && newerState(delivery.plugin.state, delivery.storedState)
    if (newer !== undefined) return { type: 'interrupted', error: newer }
    delivery.attempts += 1
    const context = new HandlerContext(delivery, event.time, ports, transaction)
    const startMs = ports.clock.elapsedMs()
    const slot = ports.calls.enter(delivery)

    function ended(result: HandlerResult): MaybePromise<HandlerResult> {
      ports.calls.leave(slot)
      const change = HandlerContext.endState(context)
      delivery.stateChange = successOf(result) === undefined ? undefined : change
      ports.reports.onHandled(delivery, (ports.clock.elapsedMs() - startMs) / 1000)
      const drafts = HandlerContext.endFollowUps(context)
      return encodeFollowUps(delivery, drafts, ports.followUps, result)
    }

    madeReturns.enter()
    try {
      const result: unknown = delivery.plugin.processEvent(event, context)
      const made = madeReturns.leave()
      if (!isThenable(result)) return ended(returned(result, made))
      ports.calls.returned()
      const watch = new CallWatch([delivery], context, transaction, watches)
      const period = madeReturns.begin()
      return Promise.resolve(result).then(
        (value) => {
          const late = madeReturns.end(period, value)
          for (const each of late) ports.reports.onUnreturned(unreturnedAt(each))
          return ended(watch.end(returned(value, made)))
        },
        (error: unknown) => {
          madeReturns.fail(period)
          return ended(watch.end({ type: 'threw', error }))
        },
      )
    } catch (error) {
      madeReturns.leave()
      return ended({ type: 'threw', error })
    }
  }
}

/** `made` is what the synchronous part of the call made to be returned. */
function returned(value: unknown, made: object | undefined): HandlerResult {
  try {
    const result = returnOf(value)
    if (result === undefined && made !== undefined)
      return { type: 'threw', error: unreturned(made) }
    return { type: 'returned', value: result }
  } catch (error) {
    return { type: 'threw', error }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return typeof (value as { then?: unknown }).then === 'function'
}
