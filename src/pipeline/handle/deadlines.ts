import type { Clock } from '../../util/clock.ts'

/** Something that has begun and may become late. */
export interface Timed {
  /** When it is late; set when it begins. */
  lateAtMs: number
  onLate(): void
}

/**
 * The calls of one plugin that are under way. All may take equally long, so the first that began is
 * the first that can be late, and one timer serves them all: one for each costs more than most calls.
 */
export class Deadlines {
  #limitMs: number
  #clock: Pick<Clock, 'elapsedMs' | 'after'>
  /** In the order in which they began. */
  #underWay = new Set<Timed>()
  #cancelTimer: (() => void) | undefined

  constructor(limitMs: number, clock: Pick<Clock, 'elapsedMs' | 'after'>) {
    this.#limitMs = limitMs
    this.#clock = clock
  }

  /** Calls back once when the limit is over, unless it ends before. */
  begin(timed: Timed): void {
    timed.lateAtMs = this.#clock.elapsedMs() + this.#limitMs
    this.#underWay.add(timed)
    this.#cancelTimer ??= this.#clock.after(this.#limitMs, () => this.#look())
  }

  end(timed: Timed): void {
    this.#underWay.delete(timed)
    if (this.#underWay.size === 0) this.#cancel()
  }

  /** The one that the timer was set for may have ended long ago. */
  #look(): void {
    this.#cancelTimer = undefined
    const nowMs = this.#clock.elapsedMs()
    for (const timed of this.#underWay) {
      if (timed.lateAtMs > nowMs) {
        this.#cancelTimer ??= this.#clock.after(timed.lateAtMs - nowMs, () => this.#look())
        return
      }
      this.#underWay.delete(timed)
      timed.onLate()
    }
  }

  #cancel(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }
}
