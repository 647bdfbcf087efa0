import { systemClock } from '../../../util/clock.ts'

export interface WaitOptions {
  timeoutMs: number
  intervalMs?: number
  signal?: AbortSignal | undefined
}

/** Asks until the answer is true; false when the time is over or the signal aborted before. */
export async function waitUntil(
  ask: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs = 100, signal }: WaitOptions,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (!signal?.aborted) {
    if (await ask()) return true
    if (Date.now() >= deadline) return false
    await systemClock.sleep(intervalMs, signal)
  }
  return false
}
