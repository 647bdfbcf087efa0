import { Fifo } from '../util/fifo.ts'

/** An accepted record that has deliveries to complete. */
export interface OpenRecord {
  readonly offset: number
  readonly timestampMs: number
  /** Deliveries not yet completed. */
  outstanding: number
}

/** Shared by all records without deliveries, of which there may be millions. */
const SETTLED: OpenRecord = Object.freeze({ offset: -1, timestampMs: 0, outstanding: 0 })

/**
 * Tracks the offsets of one partition during one epoch: the next offset expected, the unsettled
 * records, and the watermark below which everything is completed. Pure arithmetic: no Kafka, no time.
 *
 * Invariants: offsets are accepted in ascending order; `watermark <= expected`; the watermark never
 * falls; a record's offset is below the watermark only if none of its deliveries is outstanding, none
 * was abandoned, and nothing holds it.
 */
export class OffsetLedger {
  #open = new Fifo<OpenRecord>()
  #expected: number
  #outstanding = 0
  #firstAbandoned = Infinity
  #heldAt = Infinity

  constructor(startOffset: number) {
    this.#expected = startOffset
  }

  /** The next record must have this offset, or a higher one where the log has gaps. */
  get expected(): number {
    return this.#expected
  }

  /** Everything below this offset is completed. It is the only offset that may be committed. */
  get watermark(): number {
    const settled = this.#open.first()?.offset ?? this.#expected
    return Math.min(settled, this.#firstAbandoned, this.#heldAt)
  }

  /** Deliveries accepted but not yet completed. */
  get outstanding(): number {
    return this.#outstanding
  }

  /** The unsettled record that holds the watermark back. */
  get oldest(): OpenRecord | undefined {
    return this.#open.first()
  }

  /**
   * Accepts a record with its number of deliveries. With 0 it is settled at once. Throws RangeError
   * if the offset is below `expected`.
   */
  accept(offset: number, timestampMs: number, deliveries: number): OpenRecord {
    this.passTo(offset)
    this.#expected = offset + 1
    if (deliveries === 0) return SETTLED
    const record: OpenRecord = { offset, timestampMs, outstanding: deliveries }
    this.#open.push(record)
    this.#outstanding += deliveries
    return record
  }

  /** Skips offsets without a record to process: control, aborted and compacted records. */
  passTo(nextOffset: number): void {
    if (nextOffset < this.#expected) {
      throw new RangeError(`offset ${nextOffset} is below the expected ${this.#expected}`)
    }
    this.#expected = nextOffset
  }

  /** The watermark stays below or at this offset. Throws RangeError if it has passed it. */
  hold(offset: number): void {
    if (offset < this.watermark) {
      throw new RangeError(`offset ${offset} is below the watermark ${this.watermark}`)
    }
    this.#heldAt = Math.min(this.#heldAt, offset)
  }

  /** Nothing below this offset is held any more. */
  letGo(offset: number): void {
    this.#heldAt = Math.max(this.#heldAt, offset)
  }

  /** Settles one delivery of the record. Throws RangeError if none is outstanding. */
  settle(record: OpenRecord): void {
    if (record.outstanding === 0) {
      throw new RangeError(`offset ${record.offset} was settled more often than it was delivered`)
    }
    record.outstanding -= 1
    this.#outstanding -= 1
    while (this.#open.first()?.outstanding === 0) this.#open.shift()
  }

  /** Drops one delivery of the record, which the watermark never passes then. As `settle` otherwise. */
  abandon(record: OpenRecord): void {
    this.settle(record)
    this.#firstAbandoned = Math.min(this.#firstAbandoned, record.offset)
  }
}
