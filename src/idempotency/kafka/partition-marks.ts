import type { Clock } from '../../util/clock.ts'
import { type Mark, MarkTable } from './mark-table.ts'

export interface PartitionMarksOptions {
  clock: Pick<Clock, 'now'>
  ttlMs: number
  /** Limit over all partitions; beyond it the oldest marks are evicted and `onEvict` is called. */
  maxMarks: number
  onEvict(count: number): void
}

/** The marks of each owned partition, with a time to live and a limit over all partitions. */
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

  /** Opens the partition without marks, dropping any that it had. */
  open(partition: string): void {
    this.close(partition)
    this.#tables.set(partition, new MarkTable())
  }

  close(partition: string): void {
    this.#size -= this.#tables.get(partition)?.size ?? 0
    this.#tables.delete(partition)
  }

  /** The word for the content that the key was completed with; undefined if there is no mark. */
  find(partition: string, mark: Mark): number | undefined {
    const table = this.#tables.get(partition)
    if (table === undefined) return undefined
    this.#dropExpired(table)
    return table.find(mark)
  }

  /** Adds a mark unless its key has one, it has expired, or the partition is not open. */
  add(partition: string, mark: Mark, madeAtMs: number): void {
    const table = this.#tables.get(partition)
    // Clamped: marks expire in order, so one from a clock that is ahead would delay those behind it.
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
