import type { OwnedPartition } from '../consumer/owned-partition.ts'

interface Look {
  expected: number
  sinceMs: number
}

/**
 * Since when each partition has had records without any being read. Unread records are in no offset
 * ledger, so their timestamps are unknown; the time is measured by polling instead, and may be late
 * by one interval.
 */
export class UnreadSince {
  #looks = new WeakMap<OwnedPartition, Look>()

  /** Called at each poll. `end` is the offset that the next record of the log will get. */
  look(owned: OwnedPartition, end: number, nowMs: number): void {
    const { expected } = owned.ledger
    if (end <= expected) this.#looks.delete(owned)
    else if (this.sinceMs(owned) === undefined) this.#looks.set(owned, { expected, sinceMs: nowMs })
  }

  /** Undefined if nothing is unread, or something was read since the last poll. */
  sinceMs(owned: OwnedPartition): number | undefined {
    const look = this.#looks.get(owned)
    return look?.expected === owned.ledger.expected ? look.sinceMs : undefined
  }
}
