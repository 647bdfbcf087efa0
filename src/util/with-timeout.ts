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

/** Settles as the promise does, or resolves after `limitMs`: what it waits for may then still go on. */
export function settledWithin(
  promise: Promise<unknown>,
  limitMs: number,
  clock: Pick<Clock, 'after'> = systemClock,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, resolve)
    promise.then(() => resolve(), reject).finally(cancel)
  })
}
