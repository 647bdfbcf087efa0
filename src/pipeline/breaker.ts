import type { Clock } from '../event/clock.ts'

export interface BreakerOptions {
  clock: Clock
  /** From 0 up to 1. */
  random: () => number
}

/** So many lanes must turn from good to failing, with no success in between. */
const LANES_TO_OPEN = 5
const FAILING_LANES_MAX = 1_000
const PROBE_DELAY_MS = { first: 1_000, most: 30_000 }

/**
 * Tells a plugin that is down from events that are bad: it opens when one lane after the other begins
 * to fail. A lane that was failing already proves nothing: else the few bad ones that are left when
 * all others are done would look like an outage. While it is open every lane of the plugin waits;
 * now and then one delivery is let through to probe, and its success closes the breaker.
 */
export class Breaker {
  #options: BreakerOptions
  /** Lanes whose last call failed, the latest last. */
  #failing = new Set<string>()
  /** Lanes that began to fail since the last success of any. */
  #began = 0
  #open: Open | undefined

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** What a delivery must wait for before its handler is called; undefined lets it through. */
  gate(): Promise<void> | undefined {
    if (this.#open === undefined) return undefined
    if (!this.#open.mayProbe) return this.#open.next
    this.#open.mayProbe = false
    return undefined
  }

  /** The handler returned normally, or refused the event for a reason of its own. */
  succeeded(lane: string): void {
    this.#failing.delete(lane)
    this.#began = 0
    const open = this.#open
    this.#open = undefined
    open?.wake()
  }

  /** The handler failed. True: blame the plugin, not the event; no attempt is spent. */
  failed(lane: string): boolean {
    if (!this.#failing.has(lane)) this.#begin(lane)
    if (this.#open !== undefined) this.#scheduleProbe(this.#open)
    else if (this.#began >= LANES_TO_OPEN) this.#trip()
    return this.#open !== undefined
  }

  /** A delivery that was let through ended without an answer: another one may probe. */
  withdrawn(): void {
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
