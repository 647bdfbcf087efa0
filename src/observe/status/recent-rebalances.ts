import type { RebalanceStatus } from '../../status/status-record.ts'
import type { Clock } from '../../util/clock.ts'

const KEPT = 10

/** The last rebalances of this replica. */
export class RecentRebalances {
  readonly #clock: Pick<Clock, 'now'>
  #rebalances: RebalanceStatus[] = []

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  add(rebalance: { seconds: number; reason: string; partitions: number; leaving: number }): void {
    const { seconds, reason, partitions, leaving } = rebalance
    const tookMs = Math.round(seconds * 1_000)
    const entry = { atMs: this.#clock.now(), tookMs, reason, partitions, leaving }
    this.#rebalances = [entry, ...this.#rebalances].slice(0, KEPT)
  }

  /** Newest first. */
  list(): RebalanceStatus[] {
    return this.#rebalances
  }
}
