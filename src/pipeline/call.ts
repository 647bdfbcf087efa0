import type { Event } from '../event/event.ts'
import type { Outcome } from '../event/outcome.ts'
import { andThen, type MaybePromise } from '../util/maybe-promise.ts'
import type { CallGate } from './admit/call-gate.ts'
import type { CallEnd } from './admit/call-limits.ts'
import type { CrashGuard } from './admit/crash-guard.ts'
import type { Delivery } from './delivery.ts'
import type { HandlerResult } from './handle/handler-result.ts'
import type { FilterEvaluator } from './intake/evaluate-filters.ts'
import { judge } from './settle/retry-policy.ts'

export interface CallPorts {
  crashGuard: Pick<CrashGuard, 'next' | 'callAlone'>
  callGate: Pick<CallGate, 'next' | 'afterCall'>
  filters: Pick<FilterEvaluator, 'reevaluate'>
  handle(delivery: Delivery, event: Event): MaybePromise<HandlerResult>
  random: () => number
}

/** Calls the handler of an admitted delivery, if it may be called now. */
export function createCall({ crashGuard, callGate, filters, handle, random }: CallPorts) {
  return function call(delivery: Delivery, event: Event): MaybePromise<CallEnd> {
    const suspect = crashGuard.next(delivery)
    if (suspect.type === 'wait') return { again: suspect.until, why: 'suspect' }
    if (suspect.type === 'exhausted') return suspect.outcome
    const next = callGate.next(delivery)
    if (next.type === 'wait') return { again: next.until, why: next.why }
    if (next.type === 'expired') return next.outcome
    const called = crashGuard.callAlone(delivery, () => outcomeOf(delivery, event))
    return andThen(called, (outcome) => callGate.afterCall(delivery, outcome))
  }

  /** The outcome of one call of the handler. A filter that failed is evaluated once more first. */
  function outcomeOf(delivery: Delivery, event: Event): MaybePromise<Outcome> {
    // The partition may have been lost while the store was claiming the event.
    if (delivery.wanted.epoch.lost.aborted) return { type: 'abandoned' }
    const refused = delivery.filterFailed ? filters.reevaluate(delivery) : undefined
    if (refused !== undefined) return refused
    return andThen(handle(delivery, event), (result) => {
      const outcome = judge(result, delivery.attempts, delivery.plugin, random)
      const isLost = delivery.wanted.epoch.lost.aborted && outcome.type !== 'processed'
      return isLost ? { type: 'abandoned' } : outcome
    })
  }
}
