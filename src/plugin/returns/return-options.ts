const CODE = /^[\w.:-]{1,100}$/

/** The code given to `reject`. Throws TypeError if it is none. */
export function checkedCode(code: unknown): string {
  if (typeof code === 'string' && CODE.test(code)) return code
  const got = typeof code === 'string' ? JSON.stringify(code.slice(0, 100)) : typeof code
  throw new TypeError(
    `reject: expected as code up to 100 letters, digits and any of . _ : -, got ${got}`,
  )
}

/** The longest delay that `retryAfter` takes. */
export const MAX_DELAY_MS = 86_400_000
/** The shortest of a call that does not count, so that a handler can't be called without a pause. */
const MIN_UNCOUNTED_MS = 1_000

/** The delay given to `retryAfter`. Throws RangeError if it is none. */
export function checkedDelayMs(delayMs: unknown, countsAsAttempt: boolean): number {
  if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
    const got = typeof delayMs === 'number' ? delayMs : typeof delayMs
    throw new RangeError(
      `retryAfter: expected as delay 0 to ${MAX_DELAY_MS} milliseconds, got ${got}`,
    )
  }
  return Math.ceil(countsAsAttempt ? delayMs : Math.max(delayMs, MIN_UNCOUNTED_MS))
}
