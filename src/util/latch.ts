import type { Clock } from './clock.ts'

/** Something that is due or not: those that wait continue once it is. */
export class Latch {
  #isSet = false
  readonly #waiting = new Set<AbortController>()

  get isSet(): boolean {
    return this.#isSet
  }

  set(): void {
    this.#isSet = true
    for (const waiting of this.#waiting) waiting.abort()
  }

  clear(): void {
    this.#isSet = false
  }

  /** Resolves when it is set, at once if it is already, or after the limit. */
  async wait(limitMs: number, clock: Pick<Clock, 'sleep'>): Promise<void> {
    if (this.#isSet) return
    const over = new AbortController()
    this.#waiting.add(over)
    await clock.sleep(limitMs, over.signal)
    this.#waiting.delete(over)
  }
}
