import type { Tap } from './avsc.ts'

/** Above this, avsc's zigzag arithmetic in floating point is no longer exact. */
const EXACT_MAX = 2 ** 52
const VARINT_BYTES_MAX = 10

/** Reads an Avro long exactly; returns a bigint if it is not a safe integer. */
export function readLong(tap: Tap): number | bigint {
  const start = tap.pos
  const value = tap.readLong()
  if (value >= -EXACT_MAX && value <= EXACT_MAX) return value
  return exact(BigInt.asIntN(64, unzigzag(varintAt(tap, start))))
}

export function writeLong(tap: Tap, value: number | bigint): void {
  if (typeof value === 'number' && value >= -EXACT_MAX && value <= EXACT_MAX) tap.writeLong(value)
  else writeVarint(tap, zigzag(BigInt(value)))
}

function exact(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function varintAt(tap: Tap, start: number): bigint {
  const length = tap.pos - start
  if (length > VARINT_BYTES_MAX) throw new Error(`a long of ${length} bytes`)
  let value = 0n
  for (let i = length - 1; i >= 0; i--) {
    value = (value << 7n) | BigInt((tap.buf[start + i] ?? 0) & 0x7f)
  }
  return value
}

function writeVarint(tap: Tap, value: bigint): void {
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) tap.buf[tap.pos++] = Number(rest & 0x7fn) | 0x80
  tap.buf[tap.pos++] = Number(rest)
}

function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n)
}
