import type { Clock } from '../event/clock.ts'

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
  gate(): Promise<void> | undefined {
    if (this.#open !== undefined) {
      if (!this.#open.mayProbe) return this.#open.next
      this.#open.mayProbe = false
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
    open.wake()
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
    this.#open = { ...signal(), mayProbe: false, delayMs: PROBE_DELAY_MS.first, isScheduled: false }
    this.#options.onChange('open')
    this.#scheduleProbe(this.#open)
  }

  /** After a delay, lets one delivery through and wakes those that wait, of which one will take it. */
  #scheduleProbe(open: Open): void {
    if (open.isScheduled) return
    open.isScheduled = true
    const jitteredMs = open.delayMs * (0.75 + this.#options.random() / 4)
    open.delayMs = Math.min(PROBE_DELAY_MS.most, open.delayMs * 2)
    this.#options.clock.after(jitteredMs, () => {
      open.isScheduled = false
      open.mayProbe = true
      const { wake } = open
      Object.assign(open, signal())
      wake()
    })
  }
}

interface Open {
  /** Settles at the next chance to be let through. */
  next: Promise<void>
  wake: () => void
  mayProbe: boolean
  delayMs: number
  isScheduled: boolean
}

function signal(): Pick<Open, 'next' | 'wake'> {
  let wake = () => {}
  const next = new Promise<void>((resolve) => {
    wake = resolve
  })
  return { next, wake }
}
