/**
 * What the promise settles to, or a rejection with `late()` after `limitMs`. kafkajs' own limits
 * multiply (attempts times brokers times time-outs), so a wait that people see has one of its own.
 */
export function within<T>(promise: Promise<T>, limitMs: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), limitMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
