import type { OwnedPartition } from '../consumer/owned-partition.ts'

interface Look {
  expected: number
  sinceMs: number
}

/**
 * Since when partitions have had records while none was read: those records are in no ledger, so
 * their timestamps are not known. It is found by looking now and then, so it is late by one look.
 */
export class UnreadSince {
  #looks = new WeakMap<OwnedPartition, Look>()

  /** `end` is the offset that the next record of the log will get. */
  look(owned: OwnedPartition, end: number, nowMs: number): void {
    const { expected } = owned.ledger
    if (end <= expected) this.#looks.delete(owned)
    else if (this.sinceMs(owned) === undefined) this.#looks.set(owned, { expected, sinceMs: nowMs })
  }

  /** Undefined where nothing was left unread, or something was read since. */
  sinceMs(owned: OwnedPartition): number | undefined {
    const look = this.#looks.get(owned)
    return look?.expected === owned.ledger.expected ? look.sinceMs : undefined
  }
}
