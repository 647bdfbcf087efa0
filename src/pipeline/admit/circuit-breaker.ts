import type { Clock } from '../../util/clock.ts'

export interface BreakerOptions {
  clock: Clock
  /** From 0 up to 1. */
  random: () => number
  onChange(state: BreakerState): void
}

export type BreakerState = 'open' | 'closed'

/** So many lanes, and as many as have calls under way, must begin to fail without a success. */
const LANES_TO_OPEN = 5
const FAILING_LANES_MAX = 1_000
const GOOD_LANES_FIRST_MS = 100
const PROBE_DELAY_MS = { first: 1_000, most: 30_000 }

/**
 * Tells a plugin that is down from events that are bad: it opens when one lane after the other begins
 * to fail. A lane that was failing already proves nothing: else the few bad ones that are left when
 * all others are done would look like an outage. And failures are often quicker than successes, so
 * the calls that are still under way have a vote.
 *
 * While it is open every lane of the plugin waits; now and then one delivery is let through to probe,
 * and its success closes the breaker.
 */
export class Breaker {
  #options: BreakerOptions
  /** Lanes whose last call failed, the latest last. */
  #failing = new Set<string>()
  /** Lanes that began to fail since the last success of any. */
  #began = 0
  #callsUnderWay = 0
  #open: Open | undefined

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** What a delivery must wait for before its handler is called; undefined lets it through. */
  gate(lane: string): Promise<void> | undefined {
    if (this.#open !== undefined) {
      const isFailing = this.#failing.has(lane)
      if (this.#open.probe === 'none')
        return isFailing ? this.#open.failing.next : this.#open.good.next
      if (this.#open.probe === 'good' && isFailing) return this.#open.failing.next
      this.#open.probe = 'none'
    }
    this.#callsUnderWay += 1
    return undefined
  }

  /** The handler returned normally, or refused the event for a reason of its own. */
  succeeded(lane: string): void {
    this.#callsUnderWay -= 1
    this.#failing.delete(lane)
    this.#began = 0
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    this.#options.onChange('closed')
    open.good.wake()
    open.failing.wake()
  }

  /** The handler failed. True: blame the plugin, not the event; no attempt is spent. */
  failed(lane: string): boolean {
    this.#callsUnderWay -= 1
    if (!this.#failing.has(lane)) this.#begin(lane)
    if (this.#open !== undefined) this.#scheduleProbe(this.#open)
    else if (this.#began >= Math.max(LANES_TO_OPEN, this.#callsUnderWay)) this.#trip()
    return this.#open !== undefined
  }

  /** A delivery that was let through ended without an answer: another one may probe. */
  withdrawn(): void {
    this.#callsUnderWay -= 1
    if (this.#open !== undefined) this.#scheduleProbe(this.#open)
  }

  #begin(lane: string): void {
    this.#began += 1
    this.#failing.add(lane)
    const [oldest] = this.#failing
    if (this.#failing.size > FAILING_LANES_MAX && oldest !== undefined) this.#failing.delete(oldest)
  }

  #trip(): void {
    const delayMs = PROBE_DELAY_MS.first
    this.#open = { good: signal(), failing: signal(), probe: 'none', delayMs, isScheduled: false }
    this.#options.onChange('open')
    this.#scheduleProbe(this.#open)
  }

  /**
   * After a delay, lets one delivery through and wakes those that wait, of which one will take it: one
   * of a lane that was not failing, if there is any, since it tells more.
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
  /** Where lanes wait that are not known to fail, and where those that are. */
  good: Signal
  failing: Signal
  /** Whom the next chance to be let through is for. */
  probe: 'none' | 'good' | 'any'
  delayMs: number
  isScheduled: boolean
}

/** Settles at the next chance to be let through. */
interface Signal {
  next: Promise<void>
  wake: () => void
}

function renew(old: Signal): Signal {
  old.wake()
  return signal()
}

function signal(): Signal {
  let wake = () => {}
  const next = new Promise<void>((resolve) => {
    wake = resolve
  })
  return { next, wake }
}
