import { type InventoryEventsError, messageOf } from '../../util/errors.ts'
import { FRAME_BYTES, tooLarge, undecodable } from '../wire-format.ts'
import { createTap, type Tap } from './avsc.ts'
import { TooLarge } from './decode-limits.ts'

/** Reading is synchronous, so one tap is enough. */
const tap = createTap()
const NOTHING = Buffer.alloc(0)

/** Positions the tap at the payload of a framed value. */
export function openTap(bytes: Buffer, start = 0): Tap {
  tap.buf = bytes
  tap.pos = start + FRAME_BYTES
  return tap
}

/** Drops the value, which is a view into a whole fetch response and must not be kept alive. */
export function closeTap(): void {
  tap.buf = NOTHING
}

/** Converts an error of a reader to RECORD_TOO_LARGE or RECORD_UNDECODABLE. */
export function failure(error: unknown): InventoryEventsError {
  if (error instanceof TooLarge) return tooLarge(messageOf(error))
  return undecodable(`its bytes do not fit its schema: ${messageOf(error)}`, error)
}
