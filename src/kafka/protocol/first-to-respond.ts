import type { Clock } from '../../util/clock.ts'

/**
 * Calls the first function, and the next one each time that one rejects or `afterMs` have passed,
 * without giving up those before. Settles as the first that resolves, or rejects as the last to fail.
 */
export function firstToRespond<T>(
  sends: readonly (() => Promise<T>)[],
  afterMs: number,
  clock: Pick<Clock, 'after'>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let next = 0
    let failed = 0
    let cancel = () => {}

    function callNext(): void {
      cancel()
      const send = sends[next++]
      if (send === undefined) return
      cancel = clock.after(afterMs, callNext)
      send().then(succeed, fail)
    }

    function succeed(value: T): void {
      cancel()
      next = sends.length
      resolve(value)
    }

    function fail(error: unknown): void {
      failed += 1
      callNext()
      if (failed < sends.length) return
      cancel()
      reject(error)
    }

    callNext()
  })
}
