/**
 * Reads Kafka's zigzag varints. One cursor is reused for all records of a batch: returning a value and
 * a position from each read would allocate an object for each.
 * https://kafka.apache.org/documentation/#messageformat
 */
export class VarintCursor {
  at = 0
  bytes: Buffer = EMPTY

  /** A varint of 32 bits. Throws CorruptRecords if it is longer, or the bytes end in it. */
  int(): number {
    const first = this.bytes[this.at]
    // Lengths and deltas mostly take one byte.
    if (first !== undefined && first < 0x80) {
      this.at += 1
      return (first >>> 1) ^ -(first & 1)
    }
    return this.#longInt()
  }

  #longInt(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.at]
      if (byte === undefined) break
      this.at += 1
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw new CorruptRecords('a varint does not end')
  }

  /** A varint of 64 bits, exact up to 2^53. */
  long(): number {
    const start = this.at
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.bytes[this.at]
      if (byte === undefined) throw new CorruptRecords('a varint does not end')
      this.at += 1
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1)
    }
    this.at = start
    return this.#bigLong()
  }

  #bigLong(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at]
      if (byte === undefined) break
      this.at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)))
    }
    throw new CorruptRecords('a varint does not end')
  }
}

const EMPTY = Buffer.alloc(0)

/** Bytes that are not what Kafka's format says. The message says what was found. */
export class CorruptRecords extends Error {
  override readonly name = 'CorruptRecords'
}
