/**
 * A value or a promise of it. Most handlers and stores return plain values, and awaiting those costs
 * more than most of what they do.
 */
export type MaybePromise<T> = T | Promise<T>

/** Calls `next` with the value: at once for a plain value, otherwise when the promise resolves. */
export function andThen<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** The result of a call, or of `failed` if the call throws or rejects. */
export function tryCatch<T>(
  call: () => MaybePromise<T>,
  failed: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const result = call()
    return result instanceof Promise ? result.catch(failed) : result
  } catch (error) {
    return failed(error)
  }
}
