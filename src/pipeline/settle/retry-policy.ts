import { assertNever, type Outcome } from '../../event/outcome.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { RetryPlan } from '../../plugin/retry-plan.ts'
import { type HandlerReturn, RETURN } from '../../plugin/returns/returns.ts'
import { Failure } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import type { HandlerResult } from '../handle/handler-result.ts'

const INTERRUPTED_RETRY_MS = 1_000

/**
 * Turns a handler's result into the outcome of its delivery. `random` returns a number from 0
 * (inclusive) to 1 (exclusive).
 */
export function judge(
  result: HandlerResult,
  attempts: number,
  plugin: LoadedPlugin,
  random: () => number,
): Outcome {
  switch (result.type) {
    case 'returned':
      if (result.value === undefined) return { type: 'processed' }
      return judgeReturn(result.value, attempts, plugin)
    case 'threw':
      return judgeFailure(failureOf(result.error), attempts, plugin, random)
    case 'timed-out': {
      const handler = plugin.batch === undefined ? 'processEvent' : 'processEvents'
      const why = `${handler} took longer than its limit of ${result.timeoutMs} ms`
      return judgeFailure(new Failure(why), attempts, plugin, random)
    }
    case 'interrupted':
      return { type: 'interrupted', error: result.error, delayMs: INTERRUPTED_RETRY_MS }
    case 'deferred':
      return result
    default:
      return assertNever(result)
  }
}

/**
 * The wait before the next attempt: the nominal delay, reduced by a random share of up to one half, so
 * that deliveries that failed together are not retried together.
 */
export function backoffMs(plan: RetryPlan, attempts: number, random: () => number): number {
  return Math.round(nominalMs(plan, attempts) * (0.5 + random() / 2))
}

/** That of the list, whose last one is repeated; or doubled each time, up to the cap. */
function nominalMs(plan: RetryPlan, attempts: number): number {
  if (plan.delaysMs !== undefined) {
    return plan.delaysMs[Math.min(attempts, plan.delaysMs.length) - 1] as number
  }
  return Math.min(plan.maxDelayMs, plan.initialDelayMs * 2 ** Math.min(attempts - 1, 30))
}

function judgeReturn(value: HandlerReturn, attempts: number, plugin: LoadedPlugin): Outcome {
  const why = whyOf(value)
  switch (value[RETURN]) {
    case 'skip':
      return { type: 'skipped', why }
    case 'reject':
      return { type: 'rejected', why, ...(value.code !== undefined && { code: value.code }) }
    case 'retry-after': {
      const { delayMs, countsAsAttempt } = value
      const isLast = countsAsAttempt && attempts >= plugin.retry.maxAttempts
      if (isLast && plugin.onExhausted === 'dead-letter') return exhausted(new Failure(why))
      return { type: 'delayed', why, delayMs, countsAsAttempt }
    }
    default:
      return assertNever(value)
  }
}

/** Plugins in JavaScript may give no reason, or an error in its place. */
function whyOf({ why }: { why: unknown }): string {
  if (typeof why === 'string') return why
  return why === undefined ? 'no reason was given' : failureOf(why).message
}

function judgeFailure(
  error: Failure,
  attempts: number,
  plugin: LoadedPlugin,
  random: () => number,
): Outcome {
  const delayMs = backoffMs(plugin.retry, attempts, random)
  if (attempts < plugin.retry.maxAttempts) return { type: 'retrying', error, delayMs }
  if (plugin.onExhausted === 'hold') return { type: 'held', error, delayMs }
  return exhausted(error)
}

function exhausted(error: Failure): Outcome {
  return { type: 'dead-lettered', reason: 'exhausted', error }
}
