import { isUtf8 } from 'node:buffer'
import type { RecordHeader, RecordHeaders } from '../../event/headers.ts'
import { CorruptRecords, VarintCursor } from './varints.ts'

const EMPTY = Buffer.alloc(0)
const ABSENT = -2
const NULL = -1
const ASCII_MAX = 0x7f

/**
 * Headers as they are in a batch. Each question is answered in time linear in their bytes, without an
 * object for any header. All of its members throw CorruptRecords.
 */
export class HeaderBytes implements RecordHeaders {
  #bytes: Buffer = EMPTY
  #start = 0
  #end = 0
  #isSound = false
  /** Where the value is that was last found, and its length, or that it is null or absent. */
  #foundAt = 0
  #foundLength = ABSENT

  /** Moves to the headers in that range. */
  move(bytes: Buffer, start: number, end: number): this {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
    this.#isSound = false
    return this
  }

  last(name: string): Buffer | null | undefined {
    this.#find(name)
    if (this.#foundLength === ABSENT) return undefined
    if (this.#foundLength === NULL) return null
    return this.#bytes.subarray(this.#foundAt, this.#foundAt + this.#foundLength)
  }

  lastEquals(name: string, bytes: Buffer, start: number, end: number): boolean | undefined {
    this.#find(name)
    if (this.#foundLength < 0) return undefined
    if (this.#foundLength !== end - start) return false
    for (let i = start, at = this.#foundAt; i < end; i++, at++) {
      if (this.#bytes[at] !== bytes[i]) return false
    }
    return true
  }

  lastIsText(name: string, text: string): boolean | undefined {
    this.#find(name)
    if (this.#foundLength < 0) return undefined
    return isText(this.#bytes, this.#foundAt, this.#foundLength, text)
  }

  get size(): number {
    this.check()
    return this.#end - this.#start
  }

  check(): void {
    if (!this.#isSound) this.#find('')
  }

  get all(): readonly RecordHeader[] {
    const all: RecordHeader[] = []
    const bytes = this.#bytes
    const found = walk.open(bytes, this.#start, this.#end)
    while (walk.next()) {
      const name = nameIn(bytes.subarray(found.nameAt, found.nameAt + found.nameLength))
      const end = found.valueAt + found.valueLength
      all.push({ name, value: found.valueLength < 0 ? null : bytes.subarray(found.valueAt, end) })
    }
    return all
  }

  [Symbol.iterator](): Iterator<RecordHeader> {
    return this.all[Symbol.iterator]()
  }

  #find(name: string): void {
    const bytes = this.#bytes
    const found = walk.open(bytes, this.#start, this.#end)
    this.#foundLength = ABSENT
    while (walk.next()) {
      if (!isText(bytes, found.nameAt, found.nameLength, name)) continue
      this.#foundAt = found.valueAt
      this.#foundLength = Math.max(NULL, found.valueLength)
    }
    this.#isSound = true
  }
}

/** Goes from header to header. */
class HeaderWalk {
  nameAt = 0
  nameLength = 0
  valueAt = 0
  /** Negative for null. */
  valueLength = 0
  readonly #cursor = new VarintCursor()
  #count = 0
  #left = 0
  #end = 0

  open(bytes: Buffer, start: number, end: number): this {
    this.#cursor.bytes = bytes
    this.#cursor.at = start
    this.#end = end
    this.#count = this.#cursor.int()
    this.#left = this.#count
    return this
  }

  /** Whether there is another one. Throws CorruptRecords, also if the headers end elsewhere. */
  next(): boolean {
    const cursor = this.#cursor
    if (this.#left <= 0) {
      if (cursor.at !== this.#end)
        throw this.#corrupt(`${this.#count} headers end at byte ${cursor.at}, not ${this.#end}`)
      // Otherwise the batch would stay in memory.
      cursor.bytes = EMPTY
      return false
    }
    this.#left -= 1
    this.nameLength = cursor.int()
    this.nameAt = cursor.at
    if (this.nameLength < 0 || this.nameAt + this.nameLength > this.#end)
      throw this.#corrupt('a header has no name')
    cursor.at += this.nameLength
    this.valueLength = cursor.int()
    this.valueAt = cursor.at
    if (this.valueLength > 0) cursor.at += this.valueLength
    if (cursor.at > this.#end) throw this.#corrupt('a header is longer than its record')
    return true
  }

  #corrupt(what: string): CorruptRecords {
    this.#cursor.bytes = EMPTY
    return new CorruptRecords(what)
  }
}

/** One for all: no two are walked at a time, and an object for each would cost more than the walk. */
const walk = new HeaderWalk()

function nameIn(bytes: Buffer): string | Buffer {
  return isUtf8(bytes) ? bytes.toString() : bytes
}

/**
 * Compares without creating a string, since it runs for every header of every record. Names of the same
 * length often begin alike, so it begins at the end.
 */
function isText(bytes: Buffer, at: number, length: number, text: string): boolean {
  if (length !== text.length) return length > text.length && isLongerText(bytes, at, length, text)
  for (let i = length - 1; i >= 0; i--) {
    const code = text.charCodeAt(i)
    if (code > ASCII_MAX || bytes[at + i] !== code) return false
  }
  return true
}

/** A text that is not all ASCII takes more bytes than it has characters. */
function isLongerText(bytes: Buffer, at: number, length: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > ASCII_MAX) return bytes.toString('utf8', at, at + length) === text
    if (bytes[at + i] !== code) return false
  }
  return false
}
