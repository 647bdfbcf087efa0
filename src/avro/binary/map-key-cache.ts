import type { Tap } from './avsc.ts'
import { readText, textAt } from './text.ts'

/** Longer keys are not cached. */
const KEY_BYTES_MAX = 32
const PLACES = 512

interface Key {
  bytes: Uint8Array
  text: string
}

/** Keys read before, by a rough hash; on a collision the newer key replaces the older. */
const known: (Key | undefined)[] = new Array(PLACES).fill(undefined)

/**
 * Reads a map's key. Attribute maps repeat the same few keys, and comparing bytes is faster than
 * decoding a string and interning it as a property name.
 */
export function readKey(tap: Tap): string {
  const start = tap.pos
  const length = tap.readLong()
  const { buf, pos } = tap
  if (length < 1 || length > KEY_BYTES_MAX || pos + length > buf.length) {
    tap.pos = start
    return readText(tap)
  }
  tap.pos = pos + length
  const place = placeOf(buf, pos, length)
  const key = known[place]
  if (key !== undefined && isAt(key.bytes, buf, pos, length)) return key.text
  const text = textAt(buf, pos, pos + length)
  known[place] = { bytes: Uint8Array.prototype.slice.call(buf, pos, pos + length), text }
  return text
}

function placeOf(buf: Buffer, pos: number, length: number): number {
  const first = buf[pos]!
  const middle = buf[pos + (length >> 1)]!
  const last = buf[pos + length - 1]!
  return (length * 61 + first * 31 + middle * 17 + last) % PLACES
}

function isAt(bytes: Uint8Array, buf: Buffer, pos: number, length: number): boolean {
  if (bytes.length !== length) return false
  for (let i = 0; i < length; i++) if (bytes[i] !== buf[pos + i]) return false
  return true
}
