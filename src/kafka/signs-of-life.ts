import type { Clock } from '../event/clock.ts'

/** When the consumer last did anything, and when its group last answered. In milliseconds. */
export class SignsOfLife {
  #clock: Pick<Clock, 'now'>
  #triedAtMs: number
  #heardAtMs: number

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
    this.#triedAtMs = clock.now()
    this.#heardAtMs = clock.now()
  }

  /** The consumer did something, be it in vain. */
  tried(): void {
    this.#triedAtMs = this.#clock.now()
  }

  /** The group's coordinator answered. */
  heard(): void {
    this.tried()
    this.#heardAtMs = this.#clock.now()
  }

  get idleMs(): number {
    return this.#clock.now() - this.#triedAtMs
  }

  get unheardMs(): number {
    return this.#clock.now() - this.#heardAtMs
  }
}
