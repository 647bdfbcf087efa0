import type { Clock } from '../event/clock.ts'

export interface BreakerOptions {
  clock: Clock
  /** From 0 up to 1. */
  random: () => number
}

/** So many different lanes must fail, with no success in between. */
const LANES_TO_OPEN = 5
const BAD_LANES_MAX = 1_000
const PROBE_DELAY_MS = { first: 1_000, most: 30_000 }

/**
 * Tells a plugin that is down from events that are bad: it opens when lanes fail that did not before.
 * A lane that has used up its attempts is known to be bad and proves nothing any more; else the
 * few bad ones that are left when all others are done would look like an outage. While it is open every lane of the plugin
 * waits; now and then one delivery is let through to probe, and its success closes the breaker.
 */
export class Breaker {
  #options: BreakerOptions
  /** Lanes that failed since the last success. */
  #failing = new Set<string>()
  /** Lanes whose attempts were used up, the latest last. */
  #bad = new Set<string>()
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
    this.#failing.clear()
    this.#bad.delete(lane)
    const open = this.#open
    this.#open = undefined
    open?.wake()
  }

  /** The handler failed. True: blame the plugin, not the event; no attempt is spent. */
  failed(lane: string): boolean {
    if (!this.#bad.has(lane)) this.#failing.add(lane)
    if (this.#open !== undefined) this.#scheduleProbe(this.#open)
    else if (this.#failing.size >= LANES_TO_OPEN) this.#trip()
    return this.#open !== undefined
  }

  /** The lane's delivery used up its attempts though the plugin is not down. */
  exhausted(lane: string): void {
    this.#bad.delete(lane)
    this.#bad.add(lane)
    const [oldest] = this.#bad
    if (this.#bad.size > BAD_LANES_MAX && oldest !== undefined) this.#bad.delete(oldest)
  }

  /** A delivery that was let through ended without an answer: another one may probe. */
  withdrawn(): void {
    if (this.#open !== undefined) this.#scheduleProbe(this.#open)
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
