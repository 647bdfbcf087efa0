/** Writes Kafka's zigzag varints and bytes into a buffer of the right size. */
export class VarintWriter {
  readonly bytes: Buffer
  at = 0

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size)
  }

  /** A varint of 32 bits. */
  int(value: number): void {
    let left = ((value << 1) ^ (value >> 31)) >>> 0
    while (left >= 0x80) {
      this.bytes[this.at++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    this.bytes[this.at++] = left
  }

  /** A varint of 64 bits, of a number up to 2^52. */
  long(value: number): void {
    let left = zigzag(value)
    while (left >= 0x80) {
      this.bytes[this.at++] = (left % 0x80) | 0x80
      left = Math.floor(left / 0x80)
    }
    this.bytes[this.at++] = left
  }

  /** Bytes with their length before them; -1 stands for null. */
  sized(value: Buffer | string | null): void {
    const length = value === null ? -1 : lengthOf(value)
    this.int(length)
    if (value === null) return
    if (typeof value === 'string') this.bytes.write(value, this.at)
    else this.bytes.set(value, this.at)
    this.at += length
  }
}

export function sizeOfInt(value: number): number {
  return sizeOf(((value << 1) ^ (value >> 31)) >>> 0)
}

export function sizeOfLong(value: number): number {
  return sizeOf(zigzag(value))
}

/** Of the value with its length before it. */
export function sizeOfSized(value: Buffer | string | null): number {
  if (value === null) return 1
  const length = lengthOf(value)
  return sizeOfInt(length) + length
}

function sizeOf(value: number): number {
  let size = 1
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) size += 1
  return size
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2
}

function lengthOf(value: Buffer | string): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length
}
