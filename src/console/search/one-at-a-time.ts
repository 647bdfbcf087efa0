import { InventoryEventsError } from '../../util/errors.ts'

const WAITING_MAX = 8

/** Whoever waits for a turn. */
export interface Asked {
  signal: AbortSignal
  queued(ahead: number): Promise<void>
}

/** Runs what is expensive one after the other, in the order in which it was asked for. */
export class OneAtATime {
  #isRunning = false
  readonly #waiting: { asked: Asked; begin(): void }[] = []

  /**
   * `queued` is called with how many come before it, whenever that changes. One whose signal aborts while it
   * waits never begins. Rejects if too many wait.
   */
  async run<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
    await this.#turn(asked)
    await asked.queued(0)
    try {
      return await work()
    } finally {
      this.#next()
    }
  }

  async #turn(asked: Asked): Promise<void> {
    if (!this.#isRunning) {
      this.#isRunning = true
      return
    }
    if (this.#waiting.length >= WAITING_MAX) {
      throw new InventoryEventsError('USAGE', `${WAITING_MAX} others wait for their turn`)
    }
    const { signal } = asked
    void asked.queued(this.#waiting.length + 1)
    await new Promise<void>((resolve, reject) => {
      const entry = { asked, begin: resolve }
      this.#waiting.push(entry)
      signal.addEventListener(
        'abort',
        () => {
          const at = this.#waiting.indexOf(entry)
          if (at === -1) return
          this.#waiting.splice(at, 1)
          this.#report()
          reject(new InventoryEventsError('USAGE', 'cancelled before its turn'))
        },
        { once: true },
      )
    })
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#isRunning = false
    else next.begin()
    this.#report()
  }

  #report(): void {
    for (const [n, { asked }] of this.#waiting.entries()) void asked.queued(n + 1)
  }
}
