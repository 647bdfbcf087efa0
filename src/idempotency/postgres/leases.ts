import type { Clock } from '../../util/clock.ts'

/** A claim held by this process. */
export interface Lease {
  plugin: string
  eventId: string
  /** Increases with every claim, so it distinguishes this one from earlier and later ones. */
  fence: string
  lost: AbortController
  /** Taken before the last successful renewal was sent. */
  renewedAtMs: number
  /** The mark is being made, so the result of a renewal is ignored. */
  isCompleting: boolean
}

export interface LeasesOptions {
  clock: Clock
  leaseMs: number
  /** Renews the leases in the database. Returns the fences of those that are still held. */
  renew(leases: readonly Lease[]): Promise<Set<string>>
  onLost(): void
  onError(error: unknown): void
}

/** Renews all held leases together, well before they expire, and detects lost ones. */
export class Leases {
  #options: LeasesOptions
  #held = new Set<Lease>()
  #cancelTimer: () => void = () => {}
  #isClosed = false

  constructor(options: LeasesOptions) {
    this.#options = options
  }

  start(): void {
    this.#schedule()
  }

  add(lease: Lease): void {
    this.#held.add(lease)
  }

  remove(lease: Lease): void {
    this.#held.delete(lease)
  }

  /** The claim has passed to another owner, or may have. */
  lose(lease: Lease): void {
    this.#held.delete(lease)
    if (lease.lost.signal.aborted) return
    lease.lost.abort()
    this.#options.onLost()
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTimer()
  }

  #schedule(): void {
    if (this.#isClosed) return
    const { clock, leaseMs } = this.#options
    this.#cancelTimer = clock.after(
      leaseMs / 3,
      () => void this.#turn().then(() => this.#schedule()),
    )
  }

  async #turn(): Promise<void> {
    this.#loseOverdue()
    const renewing = [...this.#held].filter(({ isCompleting }) => !isCompleting)
    if (renewing.length === 0) return
    const startMs = this.#options.clock.elapsedMs()
    try {
      this.#update(renewing, await this.#options.renew(renewing), startMs)
    } catch (error) {
      this.#options.onError(error)
    }
  }

  /** After a freeze or a network outage another process may have taken over expired leases. */
  #loseOverdue(): void {
    const { clock, leaseMs } = this.#options
    for (const lease of this.#held) {
      if (clock.elapsedMs() - lease.renewedAtMs >= leaseMs && !lease.isCompleting) this.lose(lease)
    }
  }

  #update(renewed: readonly Lease[], kept: Set<string>, startMs: number): void {
    for (const lease of renewed) {
      if (kept.has(lease.fence)) lease.renewedAtMs = startMs
      else if (this.#held.has(lease) && !lease.isCompleting) this.lose(lease)
    }
  }
}
