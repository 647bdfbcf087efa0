import type { Clock } from '../../util/clock.ts'

export interface BreakerOptions {
  clock: Clock
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  random: () => number
  /** It opens after max(this, calls in flight) lanes have started to fail without a success between. */
  lanesToOpen?: number | undefined
  /** The most calls at once, if one call is for many deliveries that are let through. Default: no limit. */
  callsMax?: number
  onChange(state: BreakerState): void
}

export type BreakerState = 'open' | 'closed'

const LANES_TO_OPEN = 5
const FAILING_LANES_MAX = 1_000
const GOOD_LANES_FIRST_MS = 100
const PROBE_DELAY_MS = { first: 1_000, most: 30_000 }

/**
 * Distinguishes a plugin that is down from bad events: opens when many lanes start to fail in a row.
 * A lane that was already failing does not count, otherwise the few bad lanes that remain after all
 * others are done would look like an outage. Failures are often faster than successes, so the number
 * of calls in flight raises the threshold.
 *
 * While the breaker is open, every lane of the plugin waits. From time to time one delivery is let
 * through as a probe; if it succeeds, the breaker closes.
 */
export class Breaker {
  #options: BreakerOptions
  /** Lanes whose last call failed, oldest first. */
  #failing = new Set<string>()
  /** Lanes that started to fail since the last success in any lane. */
  #startedFailing = 0
  #callsInFlight = 0
  #open: Open | undefined

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** The promise a delivery must wait for before its handler is called; undefined lets it through. */
  gate(lane: string): Promise<void> | undefined {
    if (this.#open !== undefined) {
      const isFailing = this.#failing.has(lane)
      if (this.#open.probe === 'none')
        return isFailing ? this.#open.failing.promise : this.#open.good.promise
      if (this.#open.probe === 'good' && isFailing) return this.#open.failing.promise
      this.#open.probe = 'none'
    }
    this.#callsInFlight += 1
    return undefined
  }

  /** The handler returned: it processed, skipped or rejected the event. */
  succeeded(lane: string): void {
    this.#callsInFlight -= 1
    this.#failing.delete(lane)
    this.#startedFailing = 0
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    this.#options.onChange('closed')
    open.good.resolve()
    open.failing.resolve()
  }

  /** The handler failed. Returns true if the plugin is to blame, not the event: no attempt is used. */
  failed(lane: string): boolean {
    this.#callsInFlight -= 1
    if (!this.#failing.has(lane)) this.#addFailing(lane)
    if (this.#open !== undefined) this.#scheduleProbe(this.#open)
    else if (this.#startedFailing >= this.#lanesToOpen) this.#trip()
    return this.#open !== undefined
  }

  get #lanesToOpen(): number {
    const { lanesToOpen = LANES_TO_OPEN, callsMax = Infinity } = this.#options
    return Math.max(lanesToOpen, Math.min(this.#callsInFlight, callsMax))
  }

  /** A delivery that was let through ended without a verdict: schedules another probe. */
  withdrawn(): void {
    this.#callsInFlight -= 1
    if (this.#open !== undefined) this.#scheduleProbe(this.#open)
  }

  #addFailing(lane: string): void {
    this.#startedFailing += 1
    this.#failing.add(lane)
    const [oldest] = this.#failing
    if (this.#failing.size > FAILING_LANES_MAX && oldest !== undefined) this.#failing.delete(oldest)
  }

  #trip(): void {
    const delayMs = PROBE_DELAY_MS.first
    const [good, failing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    this.#open = { good, failing, probe: 'none', delayMs, isScheduled: false }
    this.#options.onChange('open')
    this.#scheduleProbe(this.#open)
  }

  /**
   * After a delay, wakes the waiting deliveries and lets the first one through. Lanes that were not
   * failing go first, because their result says more about the plugin.
   */
  #scheduleProbe(open: Open): void {
    if (open.isScheduled) return
    open.isScheduled = true
    const jitteredMs = open.delayMs * (0.75 + this.#options.random() / 4)
    open.delayMs = Math.min(PROBE_DELAY_MS.most, open.delayMs * 2)
    this.#options.clock.after(jitteredMs, () => {
      open.isScheduled = false
      open.probe = 'good'
      open.good = renew(open.good)
    })
    this.#options.clock.after(jitteredMs + GOOD_LANES_FIRST_MS, () => {
      if (open.probe === 'good') open.probe = 'any'
      open.failing = renew(open.failing)
    })
  }
}

interface Open {
  /** Resolved at the next probe: `good` for lanes that were not failing, `failing` for the others. */
  good: PromiseWithResolvers<void>
  failing: PromiseWithResolvers<void>
  /** Which lanes may send the next probe. */
  probe: 'none' | 'good' | 'any'
  delayMs: number
  isScheduled: boolean
}

/** Wakes those that wait, and returns what the next ones wait for. */
function renew(old: PromiseWithResolvers<void>): PromiseWithResolvers<void> {
  old.resolve()
  return Promise.withResolvers<void>()
}
