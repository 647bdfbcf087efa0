import type { Clock } from '../../util/clock.ts'

/** Spaces a plugin's calls: at most so many a second, evenly, without bursts beyond one second's. */
export class RateLimit {
  #clock: Clock
  #spacingMs: number
  #nextFreeAtMs = 0

  constructor(maxPerSecond: number, clock: Clock) {
    this.#clock = clock
    this.#spacingMs = 1_000 / maxPerSecond
  }

  /** Takes the next free place. The answer is how long to wait for it. */
  reserve(): number {
    const nowMs = this.#clock.now()
    // What was not used in the last second may be caught up with.
    const earliestMs = Math.max(this.#nextFreeAtMs, nowMs - 1_000)
    this.#nextFreeAtMs = earliestMs + this.#spacingMs
    return Math.max(0, earliestMs - nowMs)
  }
}
