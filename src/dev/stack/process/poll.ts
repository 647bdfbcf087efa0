import { systemClock } from '../../../util/clock.ts'

export interface WaitOptions {
  timeoutMs: number
  intervalMs?: number
  signal?: AbortSignal | undefined
}

/** Polls until `condition` returns true; returns false on timeout or when the signal aborts. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs = 100, signal }: WaitOptions,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (!signal?.aborted) {
    if (await condition()) return true
    if (Date.now() >= deadline) return false
    await systemClock.sleep(intervalMs, signal)
  }
  return false
}
