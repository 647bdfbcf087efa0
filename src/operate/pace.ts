import type { Clock } from '../util/clock.ts'

export interface PaceOptions {
  ratePerSecond: number
  clock: Pick<Clock, 'now' | 'sleep'>
  signal: AbortSignal
  /** A wait after the first few, in which one can see what they did, and stop. Default: none. */
  afterFirst?: { count: number; pauseMs: number; onPause(): void }
}

/** Spaces what is done one by one. */
export class Pace {
  readonly #options: PaceOptions
  readonly #intervalMs: number
  #nextMs: number
  #count = 0

  constructor(options: PaceOptions) {
    this.#options = options
    this.#intervalMs = 1_000 / options.ratePerSecond
    this.#nextMs = options.clock.now()
  }

  /**
   * Resolves when it is the next one's turn, or when `signal` aborts. Does not catch up after a slow one,
   * because the rate is an upper limit.
   */
  async turn(): Promise<void> {
    const { clock, signal, afterFirst } = this.#options
    if (afterFirst !== undefined && this.#count === afterFirst.count) {
      afterFirst.onPause()
      await clock.sleep(afterFirst.pauseMs, signal)
    }
    const nowMs = clock.now()
    if (this.#nextMs > nowMs) await clock.sleep(this.#nextMs - nowMs, signal)
    this.#nextMs = Math.max(nowMs, this.#nextMs) + this.#intervalMs
    this.#count += 1
  }
}
