import type { Clock } from './clock.ts'
import { type Deferred, deferred } from './deferred.ts'

/** Something that is due or not: whoever waits goes on once it is. */
export class Latch {
  #isSet = false
  #waiting: Deferred<void> | undefined

  get isSet(): boolean {
    return this.#isSet
  }

  set(): void {
    this.#isSet = true
    this.#waiting?.resolve()
    this.#waiting = undefined
  }

  clear(): void {
    this.#isSet = false
  }

  /** Resolves when it is set, at once if it is already, or after the limit. */
  async wait(limitMs: number, clock: Pick<Clock, 'sleep'>): Promise<void> {
    if (this.#isSet) return
    this.#waiting ??= deferred()
    const over = new AbortController()
    await Promise.race([this.#waiting.promise, clock.sleep(limitMs, over.signal)])
    over.abort()
  }
}
