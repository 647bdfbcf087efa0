import { type InventoryEventsError, messageOf } from '../../util/errors.ts'
import { FRAME_BYTES, tooLarge, undecodable } from '../wire-format.ts'
import { createTap, type Tap } from './avsc.ts'
import { TooLarge } from './decode-limits.ts'

/** Reading is synchronous, so one tap serves it all. */
const tap = createTap()
const NOTHING = Buffer.alloc(0)

/** Points at what is in the frame of a value. */
export function openTap(value: Buffer): Tap {
  tap.buf = value
  tap.pos = FRAME_BYTES
  return tap
}

/** Lets go of the value, which is a view into a whole fetch. */
export function closeTap(): void {
  tap.buf = NOTHING
}

/** What reading a value failed with. */
export function failure(error: unknown): InventoryEventsError {
  if (error instanceof TooLarge) return tooLarge(messageOf(error))
  return undecodable(`its bytes do not fit its schema: ${messageOf(error)}`, error)
}
