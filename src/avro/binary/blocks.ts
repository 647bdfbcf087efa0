import type { Tap } from './avsc.ts'

/**
 * The number of items in the next block of a list or map; 0 after the last block. Rejects counts that
 * exceed the remaining bytes: every item takes at least one byte; lists of nulls, the only exception,
 * are not supported.
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
