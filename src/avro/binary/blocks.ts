import type { Tap } from './avsc.ts'

/**
 * The number of items in the next block of a list or a map; 0 behind the last one. Counts that the
 * bytes can't hold are refused: every item takes a byte or more, except nulls, of which nobody sends
 * lists.
 */
export function blockCount(tap: Tap): number {
  let count = tap.readLong()
  if (count < 0) {
    count = -count
    tap.skipLong()
  }
  const bytesLeft = tap.buf.length - tap.pos
  if (count > bytesLeft) throw new Error(`${count} items announced, ${bytesLeft} bytes left`)
  return count
}
