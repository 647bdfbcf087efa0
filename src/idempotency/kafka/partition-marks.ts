import type { Clock } from '../../util/clock.ts'
import { type Mark, MarkTable } from './mark-table.ts'

export interface PartitionMarksOptions {
  clock: Pick<Clock, 'now'>
  ttlMs: number
  /** For all partitions together; beyond it the oldest are dropped and `onEvict` is told. */
  maxMarks: number
  onEvict(count: number): void
}

/** The marks of each owned partition, within a time to live and a limit over all of them. */
export class PartitionMarks {
  #options: PartitionMarksOptions
  #tables = new Map<string, MarkTable>()
  #size = 0

  constructor(options: PartitionMarksOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#size
  }

  /** Begins with no marks for the partition, whatever there was before. */
  open(partition: string): void {
    this.close(partition)
    this.#tables.set(partition, new MarkTable())
  }

  close(partition: string): void {
    this.#size -= this.#tables.get(partition)?.size ?? 0
    this.#tables.delete(partition)
  }

  /** The hash of the fingerprint that the key was completed with. */
  find(partition: string, mark: Mark): number | undefined {
    const table = this.#tables.get(partition)
    if (table === undefined) return undefined
    this.#dropExpired(table)
    return table.find(mark)
  }

  /** Keeps a mark unless its key has one. Those of partitions that are not open are not kept. */
  add(partition: string, mark: Mark, madeAtMs: number): void {
    const table = this.#tables.get(partition)
    // A clock elsewhere that is ahead must not keep the marks behind it beyond their time.
    const nowMs = this.#options.clock.now()
    const madeAt = Math.ceil(Math.min(madeAtMs, nowMs) / 1000)
    if (table === undefined || this.#isExpired(madeAt, nowMs)) return
    if (!table.add(mark, madeAt)) return
    this.#size += 1
    if (this.#size > this.#options.maxMarks) this.#evict()
  }

  #isExpired(madeAt: number, nowMs: number): boolean {
    return madeAt * 1000 + this.#options.ttlMs <= nowMs
  }

  #dropExpired(table: MarkTable): void {
    const nowMs = this.#options.clock.now()
    while (table.oldestMadeAt !== undefined && this.#isExpired(table.oldestMadeAt, nowMs)) {
      table.dropOldest()
      this.#size -= 1
    }
  }

  #evict(): void {
    const oldestFirst = [...this.#tables.values()].reduce((oldest, table) =>
      (table.oldestMadeAt ?? Infinity) < (oldest.oldestMadeAt ?? Infinity) ? table : oldest,
    )
    oldestFirst.dropOldest()
    this.#size -= 1
    this.#options.onEvict(1)
  }
}
