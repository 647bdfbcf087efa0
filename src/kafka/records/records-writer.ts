import type { RecordHeader, RecordHeaders } from '../../event/headers.ts'

/** A record to be written. Texts are written as UTF-8. */
export interface RecordToWrite {
  key: Buffer | string | null
  value: Buffer | null
  headers?: RecordHeaders | undefined
  timestampMs: number
}

const NONE: readonly RecordHeader[] = []
const FIRST_BYTES = 64 * 1024
/** More than that is not kept for the next batch. */
const KEPT_BYTES = 2 ** 20
/** Of a number of 64 bits as a varint. */
const VARINT_BYTES_MAX = 10
/** Of a character in UTF-8, counted in UTF-16 units. */
const UTF8_BYTES_MAX = 3
/** A native call costs as much for a short text as this many steps of a loop. */
const SHORT_TEXT = 64

/**
 * Writes the records of a batch, one after the other, each in one pass: their sizes are not known before.
 * All batches are written into the same memory, and copied from it.
 */
class RecordsWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #at = 0

  /** The records' bytes, behind `room` bytes that are not set. */
  write(records: readonly RecordToWrite[], baseMs: number, room: number): Buffer {
    this.#at = 0
    for (let i = 0; i < records.length; i++) this.#record(records[i]!, i, baseMs)
    const written = Buffer.allocUnsafe(room + this.#at)
    this.#bytes.copy(written, room, 0, this.#at)
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
    return written
  }

  #record({ key, value, headers, timestampMs }: RecordToWrite, index: number, baseMs: number) {
    const all = headers?.all ?? NONE
    const start = this.#at
    const expected = this.#reserve(key, value, all)
    this.#at = start + expected
    this.#bytes[this.#at++] = 0
    this.#long(timestampMs - baseMs)
    this.#int(index)
    this.#sized(key)
    this.#sized(value)
    this.#int(all.length)
    for (let i = 0; i < all.length; i++) {
      this.#sized(all[i]!.name)
      this.#sized(all[i]!.value)
    }
    this.#setLength(start, expected)
  }

  /** Makes room for a record. Returns how many bytes its length takes, if its texts are ASCII, as most are. */
  #reserve(
    key: Buffer | string | null,
    value: Buffer | null,
    headers: readonly RecordHeader[],
  ): number {
    const varints = 2 * headers.length + 6
    let length = varints + (key?.length ?? 0) + (value?.length ?? 0)
    let most = varints * VARINT_BYTES_MAX + mostBytesOf(key) + mostBytesOf(value)
    for (let i = 0; i < headers.length; i++) {
      const each = headers[i]!
      length += each.name.length + (each.value?.length ?? 0)
      most += mostBytesOf(each.name) + mostBytesOf(each.value)
    }
    if (this.#at + most > this.#bytes.length) this.#grow(this.#at + most)
    return sizeOfInt(length)
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }

  /** Sets the length of the record that was written `expected` bytes behind its start. */
  #setLength(start: number, expected: number): void {
    const end = this.#at
    const body = start + expected
    const taken = sizeOfInt(end - body)
    if (taken !== expected) this.#bytes.copyWithin(start + taken, body, end)
    this.#at = start
    this.#int(end - body)
    this.#at += end - body
  }

  /** A varint of 32 bits. */
  #int(value: number): void {
    let left = ((value << 1) ^ (value >> 31)) >>> 0
    while (left >= 0x80) {
      this.#bytes[this.#at++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    this.#bytes[this.#at++] = left
  }

  /** A varint of 64 bits, of a number up to 2^52. */
  #long(value: number): void {
    let left = value < 0 ? -value * 2 - 1 : value * 2
    while (left >= 0x80) {
      this.#bytes[this.#at++] = (left % 0x80) | 0x80
      left = Math.floor(left / 0x80)
    }
    this.#bytes[this.#at++] = left
  }

  /** Bytes, or a text as UTF-8, with their length before them; -1 stands for null. */
  #sized(value: Buffer | string | null): void {
    if (value === null) {
      this.#int(-1)
    } else if (typeof value === 'string') {
      this.#text(value)
    } else {
      this.#int(value.length)
      this.#bytes.set(value, this.#at)
      this.#at += value.length
    }
  }

  #text(text: string): void {
    if (text.length <= SHORT_TEXT && this.#shortText(text)) return
    const length = Buffer.byteLength(text)
    this.#int(length)
    this.#bytes.write(text, this.#at)
    this.#at += length
  }

  /** Writes a text if it is ASCII, without a native call. */
  #shortText(text: string): boolean {
    const start = this.#at
    const bytes = this.#bytes
    this.#int(text.length)
    let at = this.#at
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) {
        this.#at = start
        return false
      }
      bytes[at++] = code
    }
    this.#at = at
    return true
  }
}

function mostBytesOf(part: Buffer | string | null): number {
  if (part === null) return 0
  return typeof part === 'string' ? part.length * UTF8_BYTES_MAX : part.length
}

function sizeOfInt(value: number): number {
  let size = 1
  for (let left = (value << 1) >>> 0; left >= 0x80; left >>>= 7) size += 1
  return size
}

/** One for all: nothing else runs while a batch is written. */
export const recordsWriter = new RecordsWriter()
