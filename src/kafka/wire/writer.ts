const FIRST_SIZE = 256
const BITS_32 = 2 ** 32

/** Writes the fields of a request one after the other. `isCompact` as for `Reader`. */
export class Writer {
  readonly #isCompact: boolean
  #bytes = Buffer.allocUnsafe(FIRST_SIZE)
  #at = 0

  constructor({ isCompact = false }: { isCompact?: boolean } = {}) {
    this.#isCompact = isCompact
  }

  /** What has been written: a view. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  bool(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }

  int8(value: number): this {
    const at = this.#pass(1)
    this.#bytes.writeInt8(value, at)
    return this
  }

  int16(value: number): this {
    const at = this.#pass(2)
    this.#bytes.writeInt16BE(value, at)
    return this
  }

  int32(value: number): this {
    const at = this.#pass(4)
    this.#bytes.writeInt32BE(value, at)
    return this
  }

  /** Without the BigInt that Node's own method takes. Throws a RangeError unless it is exact. */
  int64(value: number): this {
    if (!Number.isSafeInteger(value)) throw new RangeError(`expected a whole number, got ${value}`)
    const at = this.#pass(8)
    this.#bytes.writeInt32BE(Math.floor(value / BITS_32), at)
    this.#bytes.writeUInt32BE(value >>> 0, at + 4)
    return this
  }

  bigInt64(value: bigint): this {
    const at = this.#pass(8)
    this.#bytes.writeBigInt64BE(value, at)
    return this
  }

  /** From 32 hexadecimal digits. */
  uuid(value: string): this {
    const at = this.#pass(16)
    this.#bytes.write(value, at, 'hex')
    return this
  }

  string(value: string | null): this {
    if (value === null) return this.#isCompact ? this.uvarint(0) : this.int16(-1)
    const length = Buffer.byteLength(value)
    if (this.#isCompact) this.uvarint(length + 1)
    else this.int16(length)
    const at = this.#pass(length)
    this.#bytes.write(value, at)
    return this
  }

  bytes(value: Buffer): this {
    if (this.#isCompact) this.uvarint(value.length + 1)
    else this.int32(value.length)
    const at = this.#pass(value.length)
    value.copy(this.#bytes, at)
    return this
  }

  array<T>(items: readonly T[] | null, write: (item: T) => void): this {
    const count = items?.length ?? -1
    if (this.#isCompact) this.uvarint(count + 1)
    else this.int32(count)
    for (const item of items ?? []) write(item)
    return this
  }

  /** Ends a structure: without tagged fields, which only the compact encoding has. */
  tags(): this {
    return this.#isCompact ? this.uvarint(0) : this
  }

  uvarint(value: number): this {
    let left = value
    for (; left >= 0x80; left = Math.floor(left / 128)) this.#byte((left % 128) | 0x80)
    return this.#byte(left)
  }

  #byte(value: number): this {
    const at = this.#pass(1)
    this.#bytes.writeUInt8(value, at)
    return this
  }

  #pass(bytes: number): number {
    const start = this.#at
    this.#at += bytes
    if (this.#at > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#at, this.#bytes.length * 2))
      this.#bytes.copy(grown, 0, 0, start)
      this.#bytes = grown
    }
    return start
  }
}
