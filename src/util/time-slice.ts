import type { Clock } from './clock.ts'

/**
 * Limits how long work may occupy the thread before timers and sockets are served. A new slice begins
 * each time they have been. All work that shares an instance shares its slice.
 */
export class TimeSlice {
  #clock: Pick<Clock, 'elapsedMs'>
  #limitMs: number
  #endMs: number | undefined
  #next: Promise<void> = Promise.resolve()

  constructor(clock: Pick<Clock, 'elapsedMs'>, limitMs: number) {
    this.#clock = clock
    this.#limitMs = limitMs
  }

  isOver(): boolean {
    const nowMs = this.#clock.elapsedMs()
    if (this.#endMs === undefined) this.#begin(nowMs)
    return nowMs >= (this.#endMs as number)
  }

  /** Resolves after timers and sockets have been served, when the next slice may begin. */
  get next(): Promise<void> {
    return this.#next
  }

  #begin(nowMs: number): void {
    this.#endMs = nowMs + this.#limitMs
    this.#next = new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.#endMs = undefined
    })
  }
}
