import { isUtf8 } from 'node:buffer'
import type { Tap } from './avsc.ts'
import { COST, spend } from './decode-limits.ts'

/** What decoding puts in place of bytes that are no text. Text may have it of its own as well. */
const REPLACEMENT = '\ufffd'

/** Reads a string. Two that differ in their bytes must not become the same text. */
export function readText(tap: Tap): string {
  const length = tap.readLong()
  const start = tap.pos
  const end = skipBytes(tap, length)
  spend(COST.text + length)
  return textAt(tap.buf, start, end)
}

/** What `toString` calls, for twice the time. */
interface Slicing extends Buffer {
  utf8Slice(start: number, end: number): string
}

/** The text in a part of some bytes. Throws where they are not UTF-8. */
export function textAt(bytes: Buffer, start: number, end: number): string {
  const text = (bytes as Slicing).utf8Slice(start, end)
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) {
    throw new Error('expected text in UTF-8')
  }
  return text
}

/** Moves behind so many bytes, and answers where that is. */
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
