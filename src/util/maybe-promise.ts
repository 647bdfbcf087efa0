/**
 * A value, or a promise of it where it is not there yet. Most handlers and stores answer at once,
 * and to wait for each of them all the same costs more than most of what they do.
 */
export type MaybePromise<T> = T | Promise<T>

/** Goes on with a value: now where it is there, else when it is. */
export function andThen<T, U>(
  soon: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return soon instanceof Promise ? soon.then(next) : next(soon)
}

/** What a call answers, or what is made of its failure, be it thrown or rejected. */
export function tryCatch<T>(
  call: () => MaybePromise<T>,
  failed: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const soon = call()
    return soon instanceof Promise ? soon.catch(failed) : soon
  } catch (error) {
    return failed(error)
  }
}
