import type { Event } from '../event/event.ts'
import { assertNever, type CompletedOutcome, type DeadLetterReason } from '../event/outcome.ts'
import type { Delivery } from '../pipeline/delivery.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Failure } from '../util/failure/failure.ts'

/** How one event ended for the plugin. */
export interface DeliveryReport {
  event: Event
  /**
   * `held`: all attempts failed and the plugin has `onExhausted: 'hold'`. `delayed`: 100 calls returned
   * `retryAfter` without counting as attempts. In both cases the service would keep trying.
   */
  outcome: CompletedOutcome['type'] | 'held' | 'delayed'
  /** The number of handler calls. */
  attempts: number
  /** Why it was dead-lettered. */
  reason?: DeadLetterReason
  /** The last error message, or the reason given to `skip` or `reject`. */
  error?: string
  /** What each `retryAfter` asked for. */
  delaysMs?: number[]
  /** The code given to `reject`. */
  code?: string
  /** The last error, if it was thrown: with its type, place, stack and causes. */
  failure?: Failure
  /** What the last call threw, itself. */
  thrown?: unknown
}

export function reportOf(
  event: Event,
  { attempts }: Delivery,
  outcome: CompletedOutcome,
  { onExhausted }: Pick<LoadedPlugin, 'onExhausted'>,
): DeliveryReport {
  switch (outcome.type) {
    case 'processed':
    case 'duplicate':
      return { event, outcome: outcome.type, attempts }
    case 'skipped':
      return { event, outcome: outcome.type, attempts, error: outcome.why }
    case 'rejected': {
      const { type, why: error, ...code } = outcome
      return { event, outcome: type, attempts, error, ...code }
    }
    case 'dead-lettered': {
      const { reason, error: failure } = outcome
      const why = { error: failure.message, ...(failure.type !== undefined && { failure }) }
      const isHeld = reason === 'exhausted' && onExhausted === 'hold'
      if (isHeld) return { event, outcome: 'held', attempts, ...why }
      if (reason === 'retention') return { event, outcome: 'delayed', attempts, ...why }
      return { event, outcome: 'dead-lettered', attempts, reason, ...why }
    }
    default:
      return assertNever(outcome)
  }
}
