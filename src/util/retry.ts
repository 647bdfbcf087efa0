import { type Clock, systemClock } from './clock.ts'

/** Delays between attempts: the first, doubled after each failure up to the longest. */
export interface Backoff {
  firstMs: number
  maxMs: number
}

export interface RetryOptions {
  /** The most attempts, the first one included. */
  attempts: number
  backoff: Backoff
  /** Default: every error is. */
  isRetryable?(error: unknown): boolean
  clock?: Pick<Clock, 'sleep'>
}

/** The delay after this many failures in a row, 1 or more. */
export function backoffMs({ firstMs, maxMs }: Backoff, failures: number): number {
  return Math.min(maxMs, firstMs * 2 ** (failures - 1))
}

/**
 * Runs `work` until it succeeds. Rejects with its last error after `attempts`, and at once with an
 * error that is not retryable.
 */
export async function retry<T>(
  work: () => Promise<T>,
  { attempts, backoff, isRetryable = () => true, clock = systemClock }: RetryOptions,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work()
    } catch (error) {
      if (failures >= attempts || !isRetryable(error)) throw error
    }
    await clock.sleep(backoffMs(backoff, failures))
  }
}
