import type { Clock } from '../event/clock.ts'

/** Something that has begun and may become late. */
export interface Deadline {
  atMs: number
  onLate: () => void
}

/**
 * The calls of one plugin that are under way. All may take equally long, so the first that began is
 * the first that can be late, and one timer serves them all: one for each costs more than most calls.
 */
export class Deadlines {
  #limitMs: number
  #clock: Pick<Clock, 'elapsedMs' | 'after'>
  /** In the order in which they began. */
  #underWay = new Set<Deadline>()
  #cancelTimer: (() => void) | undefined

  constructor(limitMs: number, clock: Pick<Clock, 'elapsedMs' | 'after'>) {
    this.#limitMs = limitMs
    this.#clock = clock
  }

  /** Calls back once when the limit is over, unless it ends before. */
  begin(onLate: () => void): Deadline {
    const deadline = { atMs: this.#clock.elapsedMs() + this.#limitMs, onLate }
    this.#underWay.add(deadline)
    this.#cancelTimer ??= this.#clock.after(this.#limitMs, () => this.#look())
    return deadline
  }

  end(deadline: Deadline): void {
    this.#underWay.delete(deadline)
    if (this.#underWay.size === 0) this.#cancel()
  }

  /** The one that the timer was set for may have ended long ago. */
  #look(): void {
    this.#cancelTimer = undefined
    const nowMs = this.#clock.elapsedMs()
    for (const deadline of this.#underWay) {
      if (deadline.atMs > nowMs) {
        this.#cancelTimer ??= this.#clock.after(deadline.atMs - nowMs, () => this.#look())
        return
      }
      this.#underWay.delete(deadline)
      deadline.onLate()
    }
  }

  #cancel(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }
}
