import type { Clock } from '../../util/clock.ts'

/** A call with a time limit. */
export interface Timed {
  /** When the limit is over; set by `begin`. */
  lateAtMs: number
  onLate(): void
}

/**
 * The time limits of one plugin's running calls. All calls have the same limit, so the first one to
 * begin is the first one to be late, and one timer is enough for all. A timer per call would cost
 * more than most calls do.
 */
export class Deadlines {
  #limitMs: number
  #clock: Pick<Clock, 'elapsedMs' | 'after'>
  /** In the order in which they began. */
  #running = new Set<Timed>()
  #cancelTimer: (() => void) | undefined

  constructor(limitMs: number, clock: Pick<Clock, 'elapsedMs' | 'after'>) {
    this.#limitMs = limitMs
    this.#clock = clock
  }

  /** Calls `onLate` once when the limit is over, unless `end` is called first. */
  begin(timed: Timed): void {
    timed.lateAtMs = this.#clock.elapsedMs() + this.#limitMs
    this.#running.add(timed)
    this.#cancelTimer ??= this.#clock.after(this.#limitMs, () => this.#check())
  }

  end(timed: Timed): void {
    this.#running.delete(timed)
    if (this.#running.size === 0) this.#cancel()
  }

  /** The call that the timer was set for may have ended long ago. */
  #check(): void {
    this.#cancelTimer = undefined
    const nowMs = this.#clock.elapsedMs()
    for (const timed of this.#running) {
      if (timed.lateAtMs > nowMs) {
        this.#cancelTimer ??= this.#clock.after(timed.lateAtMs - nowMs, () => this.#check())
        return
      }
      this.#running.delete(timed)
      timed.onLate()
    }
  }

  #cancel(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }
}
