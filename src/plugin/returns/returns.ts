import { madeReturns } from './made-returns.ts'
import { checkedCode, checkedDelayMs } from './return-options.ts'

export const RETURN = Symbol.for('inventory-events.return')

/**
 * What `skip`, `reject` and `retryAfter` return, for a handler to return in turn: one that does not has
 * failed.
 */
export type HandlerReturn =
  | { readonly [RETURN]: 'skip'; readonly why: string }
  | { readonly [RETURN]: 'reject'; readonly why: string; readonly code?: string }
  | {
      readonly [RETURN]: 'retry-after'
      readonly why: string
      readonly delayMs: number
      readonly countsAsAttempt: boolean
    }

/** Declines the event: it counts as completed, and is neither retried nor dead-lettered. */
export function skip(why: string): HandlerReturn {
  return madeReturns.made({ [RETURN]: 'skip', why })
}

export interface RejectOptions {
  /** The reason, for programs: up to 100 letters, digits and any of `. _ : -`, such as `NO_SUCH_BAY`. */
  code?: string
}

/** Dead-letters the event immediately, without retries. For events that this plugin can't handle. */
export function reject(why: string, { code }: RejectOptions = {}): HandlerReturn {
  const known = code !== undefined && { code: checkedCode(code) }
  return madeReturns.made({ [RETURN]: 'reject', why, ...known })
}

export interface RetryAfterOptions {
  /** Default true. A call that does not count is repeated after a second at the earliest. */
  countsAsAttempt?: boolean
}

/**
 * Asks for another call after this delay, up to 24 hours, in place of the back-off: a downstream
 * limits its rate, or is in maintenance. The later events of the entity wait. The call counts as an
 * attempt; one that does not count is repeated until shortly before Kafka would remove the record.
 */
export function retryAfter(
  delayMs: number,
  why: string,
  { countsAsAttempt = true }: RetryAfterOptions = {},
): HandlerReturn {
  const checkedMs = checkedDelayMs(delayMs, countsAsAttempt)
  return madeReturns.made({ [RETURN]: 'retry-after', why, delayMs: checkedMs, countsAsAttempt })
}

/**
 * The value if `skip`, `reject` or `retryAfter` made it; undefined for any other return value.
 * A bundled plugin brings a copy of this package along: throws if its version has more of them.
 */
export function returnOf(value: unknown): HandlerReturn | undefined {
  if (typeof value !== 'object' || value === null || !(RETURN in value)) return undefined
  const verb = value[RETURN]
  if (typeof verb === 'string' && Object.hasOwn(VERBS, verb)) return value as HandlerReturn
  throw new TypeError(
    `processEvent: expected ${Object.keys(VERBS).join(', ')} or nothing, got what another version returns: ${String(verb)}`,
  )
}

const VERBS: Record<HandlerReturn[typeof RETURN], true> = {
  skip: true,
  reject: true,
  'retry-after': true,
}
