import type { Clock } from '../../util/clock.ts'

/** Spaces a plugin's calls evenly; bursts are limited to one second's worth of calls. */
export class RateLimit {
  #clock: Clock
  #spacingMs: number
  #nextFreeAtMs = 0

  constructor(maxPerSecond: number, clock: Clock) {
    this.#clock = clock
    this.#spacingMs = 1_000 / maxPerSecond
  }

  /** Reserves the next free slot. Returns how long to wait for it, in ms. */
  reserve(): number {
    const nowMs = this.#clock.elapsedMs()
    // Slots that were not used during the last second may be used now.
    const earliestMs = Math.max(this.#nextFreeAtMs, nowMs - 1_000)
    this.#nextFreeAtMs = earliestMs + this.#spacingMs
    return Math.max(0, earliestMs - nowMs)
  }
}
