import type { Clock } from '../../util/clock.ts'

/** A claim that is held by this process. */
export interface Lease {
  plugin: string
  eventId: string
  /** Grows with every claim: tells this one from all before and after it. */
  fence: string
  lost: AbortController
  /** Before the statement that last prolonged it was sent. */
  renewedAtMs: number
  /** Its mark is being made: whatever a renewal finds now says nothing. */
  isCompleting: boolean
}

export interface LeasesOptions {
  clock: Clock
  leaseMs: number
  /** Prolongs the leases in the database and answers the fences of those that are still ours. */
  renew(leases: readonly Lease[]): Promise<Set<string>>
  onLost(): void
  onError(error: unknown): void
}

/** Renews what is held, all at once and well before it runs out, and finds out what was lost. */
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
    const asked = [...this.#held].filter(({ isCompleting }) => !isCompleting)
    if (asked.length === 0) return
    const startMs = this.#options.clock.now()
    try {
      this.#compare(asked, await this.#options.renew(asked), startMs)
    } catch (error) {
      this.#options.onError(error)
    }
  }

  /** A process that was frozen, or cut off, can't know who took over in the meantime. */
  #loseOverdue(): void {
    const { clock, leaseMs } = this.#options
    for (const lease of this.#held) {
      if (clock.now() - lease.renewedAtMs >= leaseMs && !lease.isCompleting) this.lose(lease)
    }
  }

  #compare(asked: readonly Lease[], kept: Set<string>, startMs: number): void {
    for (const lease of asked) {
      if (kept.has(lease.fence)) lease.renewedAtMs = startMs
      else if (this.#held.has(lease) && !lease.isCompleting) this.lose(lease)
    }
  }
}
