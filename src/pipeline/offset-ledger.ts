import { Fifo } from '../util/fifo.ts'

/** A record that was accepted with deliveries to complete. */
export interface OpenRecord {
  readonly offset: number
  readonly timestampMs: number
  /** Deliveries not completed yet. */
  outstanding: number
}

/** Stands for all records without deliveries, of which there may be millions. */
const SETTLED: OpenRecord = Object.freeze({ offset: -1, timestampMs: 0, outstanding: 0 })

/**
 * The books of one partition during one epoch: which offset must come next, what is unsettled, and
 * the watermark below which everything is completed. Pure arithmetic: it knows no Kafka, no time.
 *
 * Invariants: offsets are accepted in ascending order; `watermark <= expected`; the watermark never
 * falls; a record's offset is below the watermark only if none of its deliveries is outstanding.
 */
export class OffsetLedger {
  #open = new Fifo<OpenRecord>()
  #expected: number
  #outstanding = 0

  constructor(startOffset: number) {
    this.#expected = startOffset
  }

  /** The offset that the next record must have, or exceed where the log has gaps. */
  get expected(): number {
    return this.#expected
  }

  /** Everything below is completed: the only offset that may be committed. */
  get watermark(): number {
    return this.#open.first()?.offset ?? this.#expected
  }

  /** Deliveries accepted and not completed yet. */
  get outstanding(): number {
    return this.#outstanding
  }

  /** The unsettled record that holds the watermark back. */
  get oldest(): OpenRecord | undefined {
    return this.#open.first()
  }

  /** Accepts a record with the number of deliveries it makes; none means it is settled at once. */
  accept(offset: number, timestampMs: number, deliveries: number): OpenRecord {
    this.passTo(offset)
    this.#expected = offset + 1
    if (deliveries === 0) return SETTLED
    const record: OpenRecord = { offset, timestampMs, outstanding: deliveries }
    this.#open.push(record)
    this.#outstanding += deliveries
    return record
  }

  /** Passes over offsets that hold nothing for us: control, aborted and compacted records. */
  passTo(nextOffset: number): void {
    if (nextOffset < this.#expected) {
      throw new RangeError(`offset ${nextOffset} is below the expected ${this.#expected}`)
    }
    this.#expected = nextOffset
  }

  /** One delivery of the record is completed. */
  settle(record: OpenRecord): void {
    if (record.outstanding === 0) {
      throw new RangeError(`offset ${record.offset} was settled more often than delivered`)
    }
    record.outstanding -= 1
    this.#outstanding -= 1
    while (this.#open.first()?.outstanding === 0) this.#open.shift()
  }
}
