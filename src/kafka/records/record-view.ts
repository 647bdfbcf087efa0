import type { RecordHeaders } from '../../event/headers.ts'
import type { SourceRecord, ValueRange } from '../../event/record.ts'
import { HeaderBytes } from './header-bytes.ts'
import { CorruptRecords, type VarintCursor } from './varints.ts'

const EMPTY = Buffer.alloc(0)

/** What a record's deltas count from. */
export interface RecordBase {
  readonly offset: number
  readonly timestampMs: number
  /** The time of all records of the batch, if the broker's time counts. */
  readonly appendTimeMs: number | undefined
}

/**
 * A record as ranges of its batch's bytes. Objects are made when they are asked for, so a record that
 * nobody wants makes few. One view is moved from record to record: copy what is kept.
 */
export class RecordView implements SourceRecord {
  readonly topic: string
  readonly partition: number
  offset = 0
  timestampMs = 0
  #bytes: Buffer = EMPTY
  #keyAt = 0
  /** Negative for null. */
  #keyLength = -1
  #valueAt = 0
  /** Negative for null. */
  #valueLength = -1
  #headersAt = 0
  #end = 0
  #value: Buffer | null | undefined
  #headers: HeaderBytes | undefined
  #valueRange: { bytes: Buffer; start: number; end: number } | undefined

  constructor({ topic, partition }: { topic: string; partition: number }) {
    this.topic = topic
    this.partition = partition
  }

  get key(): Buffer | null {
    if (this.#keyLength < 0) return null
    return this.#bytes.subarray(this.#keyAt, this.#keyAt + this.#keyLength)
  }

  get value(): Buffer | null {
    if (this.#value === undefined) {
      const end = this.#valueAt + this.#valueLength
      this.#value = this.#valueLength < 0 ? null : this.#bytes.subarray(this.#valueAt, end)
    }
    return this.#value
  }

  get valueRange(): ValueRange | null {
    if (this.#valueLength < 0) return null
    this.#valueRange ??= { bytes: EMPTY, start: 0, end: 0 }
    const range = this.#valueRange
    range.bytes = this.#bytes
    range.start = this.#valueAt
    range.end = this.#valueAt + this.#valueLength
    return range
  }

  /** Valid as long as the view is where it is. */
  get headers(): RecordHeaders {
    return this.#headerBytes
  }

  /** Throws CorruptRecords if the headers are. */
  detach(): RecordView {
    this.#headerBytes.check()
    return this.#at(this.#bytes, 0)
  }

  /**
   * One copy of all bytes, and few objects: many records may wait for a long time. Throws
   * CorruptRecords if the headers are.
   */
  copy(): RecordView {
    this.#headerBytes.check()
    const bytes = Buffer.allocUnsafe(this.#end - this.#keyAt)
    this.#bytes.copy(bytes, 0, this.#keyAt, this.#end)
    return this.#at(bytes, -this.#keyAt)
  }

  get #headerBytes(): HeaderBytes {
    this.#headers ??= new HeaderBytes().move(this.#bytes, this.#headersAt, this.#end)
    return this.#headers
  }

  /** The same record, whose bytes are elsewhere. */
  #at(bytes: Buffer, shift: number): RecordView {
    const view = new RecordView(this)
    view.offset = this.offset
    view.timestampMs = this.timestampMs
    view.#bytes = bytes
    view.#keyAt = this.#keyAt + shift
    view.#keyLength = this.#keyLength
    view.#valueAt = this.#valueAt + shift
    view.#valueLength = this.#valueLength
    view.#headersAt = this.#headersAt + shift
    view.#end = this.#end + shift
    return view
  }

  /**
   * Moves the view to the record that begins at the cursor, and the cursor behind it. Throws
   * CorruptRecords; the headers are looked at when they are asked for.
   */
  read(cursor: VarintCursor, base: RecordBase): void {
    const length = cursor.int()
    const end = cursor.at + length
    if (length < 0 || end > cursor.bytes.length) {
      throw new CorruptRecords(`a record states ${length} bytes`)
    }
    // A byte of attributes, of which none has a meaning yet.
    cursor.at += 1
    const timestampMs = base.timestampMs + cursor.long()
    this.timestampMs = base.appendTimeMs ?? timestampMs
    this.offset = base.offset + cursor.int()
    this.#bytes = cursor.bytes
    this.#keyLength = cursor.int()
    this.#keyAt = cursor.at
    if (this.#keyLength > 0) cursor.at += this.#keyLength
    this.#valueLength = cursor.int()
    this.#valueAt = cursor.at
    if (this.#valueLength > 0) cursor.at += this.#valueLength
    this.#headersAt = cursor.at
    if (cursor.at >= end) throw new CorruptRecords('a key or value is longer than its record')
    this.#end = end
    this.#value = undefined
    this.#headers?.move(cursor.bytes, this.#headersAt, end)
    cursor.at = end
  }

  /** Drops the bytes, which may be a view that keeps a whole fetch in memory. */
  clear(): void {
    this.#bytes = EMPTY
    this.#keyLength = -1
    this.#valueLength = -1
    this.#headersAt = 0
    this.#end = 0
    this.#value = null
    this.#valueRange = undefined
    this.#headers = undefined
  }
}
