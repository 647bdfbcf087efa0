/** The most that are remembered until it is known whether they were returned. */
const MADE_MAX = 100

/** What `skip` or `reject` made after an `await`, and where, if that was asked for. */
export interface Made {
  readonly value: object
  readonly trace: Error | undefined
}

/** The calls that began in one period, as `begin` returns it. */
type Period = 0 | 1

const NONE: readonly Made[] = []

/**
 * Finds what a handler made by `skip` or `reject` and did not return: a `return` is missing. What is made
 * in the synchronous part of a call belongs to that call. After an `await` nothing says which call
 * continues, so it counts as not returned when all calls that were running then have ended: the calls
 * that began before and after some moment are counted apart, and this moment moves on whenever the
 * earlier ones have ended. That costs a call two additions.
 */
export class MadeReturns {
  #isInCall = false
  /** A stack takes microseconds, so none is taken until the first `return` is known to be missing. */
  #takesStacks = false
  #newest: object | undefined
  #period: Period = 0
  #running: [number, number] = [0, 0]
  /** Made in this period, by calls of this one or the one before. */
  #fresh: Made[] = []
  /** Made in the period before, by calls that began in it. */
  #waiting: Made[] = []

  made<T extends object>(value: T): T {
    if (this.#isInCall) this.#newest = value
    else if (this.#running[0] + this.#running[1] > 0) this.#remember(value)
    return value
  }

  /** The synchronous part of a call begins. */
  enter(): void {
    this.#isInCall = true
    this.#newest = undefined
  }

  /** The synchronous part has ended. Returns what it made last. */
  leave(): object | undefined {
    this.#isInCall = false
    return this.#newest
  }

  /** The call continues after its synchronous part. */
  begin(): Period {
    this.#running[this.#period] += 1
    return this.#period
  }

  /** The call has ended and returned `value`. Returns what is now known not to have been returned. */
  end(period: Period, value: unknown): readonly Made[] {
    this.#running[period] -= 1
    if (this.#fresh.length + this.#waiting.length === 0) return NONE
    this.#fresh = this.#fresh.filter((made) => !isIn(value, made.value))
    this.#waiting = this.#waiting.filter((made) => !isIn(value, made.value))
    return this.#known()
  }

  /** The call has thrown. It may have been about to return any of what was made. */
  fail(period: Period): void {
    this.#running[period] -= 1
    this.#fresh = []
    this.#waiting = []
  }

  #remember(value: object): void {
    if (this.#fresh.length >= MADE_MAX) return
    const trace = this.#takesStacks ? new Error('made') : undefined
    this.#fresh.push({ value, trace })
  }

  #known(): readonly Made[] {
    const known: Made[] = []
    while (this.#running[other(this.#period)] === 0) {
      known.push(...this.#waiting)
      this.#waiting = this.#fresh
      this.#fresh = []
      if (this.#waiting.length === 0) break
      this.#period = other(this.#period)
    }
    if (known.length > 0) this.#takesStacks = true
    return known
  }
}

/** Whether it is what was returned, or one of the outcomes of a batch. */
export function isIn(returned: unknown, made: object): boolean {
  return returned === made || (returned instanceof Map && [...returned.values()].includes(made))
}

function other(period: Period): Period {
  return period === 0 ? 1 : 0
}

/** Of all handlers of the process, because `skip` does not know which one calls it. */
export const madeReturns = new MadeReturns()
