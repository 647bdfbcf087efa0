import { type Clock, systemClock } from './clock.ts'

/** Settles as the promise does, or rejects with `late()` after `limitMs`. */
export function withTimeout<T>(
  promise: Promise<T>,
  limitMs: number,
  late: () => Error,
  clock: Pick<Clock, 'after'> = systemClock,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(late()))
    promise.then(resolve, reject).finally(cancel)
  })
}

/** Resolves when the work has ended, well or not, or after the limit. */
export async function settledWithin(
  work: Promise<unknown>,
  limitMs: number,
  clock: Pick<Clock, 'after'> = systemClock,
): Promise<void> {
  await withTimeout(work, limitMs, () => new Error('late'), clock).catch(() => undefined)
}

/** Resolves when the signal aborts; at once if it has. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
