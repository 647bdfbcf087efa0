import type { Clock } from '../../util/clock.ts'

/** When the consumer last tried anything, and when the group's coordinator last confirmed it. */
export class Liveness {
  readonly #clock: Pick<Clock, 'elapsedMs'>
  #triedAtMs: number
  #confirmedAtMs: number

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock
    this.#triedAtMs = clock.elapsedMs()
    this.#confirmedAtMs = clock.elapsedMs()
  }

  /** The consumer tried something, successfully or not. */
  tried(): void {
    this.#triedAtMs = this.#clock.elapsedMs()
  }

  /**
   * The coordinator confirmed the member. It counts from when the request was sent, in monotonic
   * milliseconds: a process that was frozen reads a response that may be out of date by then.
   */
  confirmed(sentAtMs: number): void {
    this.tried()
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, sentAtMs)
  }

  get sinceTriedMs(): number {
    return this.#clock.elapsedMs() - this.#triedAtMs
  }

  get sinceConfirmedMs(): number {
    return this.#clock.elapsedMs() - this.#confirmedAtMs
  }
}
