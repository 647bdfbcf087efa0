import { isUtf8 } from 'node:buffer'
import type { Tap } from './avsc.ts'
import { COST, spend } from './decode-limits.ts'
import { shortText } from './short-text.ts'

/** Replaces malformed bytes when they are decoded. Valid text may contain it, too. */
const REPLACEMENT = '\ufffd'

/** Reads a string. Strings with different bytes must not become the same text. */
export function readText(tap: Tap): string {
  const length = tap.readLong()
  const start = tap.pos
  const end = skipBytes(tap, length)
  spend(COST.text + length)
  return textAt(tap.buf, start, end)
}

/** `toString` calls this method, but takes twice as long. */
interface Slicing extends Buffer {
  utf8Slice(start: number, end: number): string
}

/** Decodes a range of bytes. Throws if it is not UTF-8. */
export function textAt(bytes: Buffer, start: number, end: number): string {
  const short = shortText(bytes, start, end)
  if (short !== undefined) return short
  const text = (bytes as Slicing).utf8Slice(start, end)
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) {
    throw new Error('expected text in UTF-8')
  }
  return text
}

/** Skips `length` bytes and returns the new position. */
export function skipBytes(tap: Tap, length: number): number {
  const end = tap.pos + length
  if (length < 0 || end > tap.buf.length) throw new Error('truncated')
  tap.pos = end
  return end
}

/** Skips a string, bytes, or a key. */
export function skipText(tap: Tap): void {
  skipBytes(tap, tap.readLong())
}

export function assertInside(tap: Tap): void {
  if (tap.pos > tap.buf.length) throw new Error('truncated')
}
