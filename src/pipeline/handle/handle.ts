import type { Event } from '../../event/event.ts'
import type { ClaimTransaction } from '../../idempotency/store.ts'
import { returnOf } from '../../plugin/plugin.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import { CallWatch, Watches, type WatchPorts } from './call-watch.ts'
import { type ContextPorts, HandlerContext } from './handler-context.ts'
import type { HandlerResult } from './handler-result.ts'

/** Notes who has the thread, so that a handler that never gives it back can be named. */
export interface CallSlots {
  /** The call begins, and has the thread; answers what the note goes by. */
  enter(delivery: Delivery): number
  /** The call gave the thread back; not told of one that throws. */
  returned(): void
  /** The call has ended. */
  leave(note: number): void
}

export const noCallSlots: CallSlots = { enter: () => 0, returned() {}, leave() {} }

export interface HandlePorts extends ContextPorts, WatchPorts {
  calls: CallSlots
  onHandled(delivery: Delivery, seconds: number): void
}

/**
 * Calls a plugin's handler, with a time limit. Whatever it throws is an answer, and no answer is
 * given before the handler has settled: two calls for one entity never overlap.
 */
export function createHandle(ports: HandlePorts) {
  const watches = new Watches(ports)
  return function handle(
    delivery: Delivery,
    event: Event,
    transaction?: Pick<ClaimTransaction, 'sql' | 'interrupt'>,
  ): MaybePromise<HandlerResult> {
    delivery.attempts += 1
    const context = new HandlerContext(delivery, ports, transaction)
    const startMs = ports.clock.elapsedMs()
    const note = ports.calls.enter(delivery)

    function ended(result: HandlerResult): HandlerResult {
      ports.calls.leave(note)
      ports.onHandled(delivery, (ports.clock.elapsedMs() - startMs) / 1000)
      return result
    }

    try {
      const answer: unknown = delivery.plugin.processEvent(event, context)
      if (!isThenable(answer)) return ended(returned(answer))
      ports.calls.returned()
      const watch = new CallWatch(delivery, context, transaction, watches)
      return Promise.resolve(answer).then(
        (value) => ended(watch.end(returned(value))),
        (error: unknown) => ended(watch.end({ type: 'threw', error })),
      )
    } catch (error) {
      return ended({ type: 'threw', error })
    }
  }
}

function returned(value: unknown): HandlerResult {
  try {
    return { type: 'returned', value: returnOf(value) }
  } catch (error) {
    return { type: 'threw', error }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return typeof (value as { then?: unknown }).then === 'function'
}
