import type { Clock } from './clock.ts'

/**
 * How long some work may keep the thread before timers and sockets have it: begun anew whenever
 * they had. Whoever shares a slice has it together.
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

  /** Resolves when timers and sockets have had the thread: the next slice begins. */
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
