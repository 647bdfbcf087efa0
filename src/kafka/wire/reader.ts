import { longAt } from './long.ts'

/** A varint of 32 bits takes five bytes at most. */
const UVARINT_SCALE_END = 128 ** 5

/**
 * Reads the fields of a response one after the other. `isCompact` is the encoding of newer versions:
 * lengths are varints, one more than they say, and tagged fields end each structure. Throws a
 * RangeError where the bytes end early, and where a length or count cannot be true.
 */
export class Reader {
  readonly #bytes: Buffer
  readonly #isCompact: boolean
  #at = 0

  constructor(bytes: Buffer, { isCompact = false }: { isCompact?: boolean } = {}) {
    this.#bytes = bytes
    this.#isCompact = isCompact
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  int8(): number {
    return this.#bytes.readInt8(this.#pass(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#pass(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#pass(4))
  }

  int64(): number {
    return longAt(this.#bytes, this.#pass(8))
  }

  bigInt64(): bigint {
    return this.#bytes.readBigInt64BE(this.#pass(8))
  }

  /** As 32 hexadecimal digits. */
  uuid(): string {
    return this.#view(16).toString('hex')
  }

  /** Empty where it is null. */
  string(): string {
    return this.nullableString() ?? ''
  }

  nullableString(): string | null {
    const length = this.#lengthOf(this.#isCompact ? this.uvarint() - 1 : this.int16())
    return length === undefined ? null : this.#view(length).toString()
  }

  /** A view; empty where they are null. */
  bytes(): Buffer {
    const length = this.#lengthOf(this.#isCompact ? this.uvarint() - 1 : this.int32())
    return this.#view(length ?? 0)
  }

  /** Empty where it is null. */
  array<T>(read: () => T): T[] {
    const items: T[] = []
    // No item is shorter than a byte.
    const count = this.#lengthOf(this.#isCompact ? this.uvarint() - 1 : this.int32())
    for (let left = count ?? 0; left > 0; left--) items.push(read())
    return items
  }

  /**
   * Passes the tagged fields at the end of a structure, which only the compact encoding has. `onField` is
   * given each of them to read.
   */
  tags(onField?: (tag: number, field: Reader) => void): void {
    if (!this.#isCompact) return
    for (let left = this.uvarint(); left > 0; left--) {
      const tag = this.uvarint()
      const bytes = this.#view(this.uvarint())
      onField?.(tag, new Reader(bytes, { isCompact: true }))
    }
  }

  uvarint(): number {
    let value = 0
    for (let scale = 1; scale < UVARINT_SCALE_END; scale *= 128) {
      const byte = this.#bytes.readUInt8(this.#pass(1))
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    throw new RangeError('a varint does not end')
  }

  /** Undefined for null. */
  #lengthOf(stated: number): number | undefined {
    if (stated === -1) return undefined
    if (stated >= 0 && stated <= this.#bytes.length - this.#at) return stated
    throw new RangeError(`the response states ${stated} of something, and ends early`)
  }

  #view(length: number): Buffer {
    const start = this.#pass(length)
    if (this.#at > this.#bytes.length) throw new RangeError('the response ends early')
    return this.#bytes.subarray(start, this.#at)
  }

  #pass(bytes: number): number {
    const start = this.#at
    this.#at += bytes
    return start
  }
}
