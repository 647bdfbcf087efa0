import type { JsonObject } from '../../event/json.ts'
import { startDecoding } from '../binary/decode-limits.ts'
import { closeTap, failure, openTap } from '../binary/tap.ts'
import type { Read } from '../types/scalars.ts'
import { undecodable } from '../wire-format.ts'

/**
 * Decodes the whole payload of a framed value. Throws RECORD_UNDECODABLE, also if bytes are left
 * over, or RECORD_TOO_LARGE.
 */
export function readPayload(value: Buffer, read: Read, maxBytes: number): JsonObject {
  startDecoding(maxBytes)
  let record: unknown
  let end: number
  try {
    const tap = openTap(value)
    record = read(tap)
    end = tap.pos
  } catch (error) {
    throw failure(error)
  } finally {
    closeTap()
  }
  if (end > value.length) throw failure(new Error('truncated'))
  if (end < value.length) throw failure(new Error(`${value.length - end} bytes left over`))
  return record as JsonObject
}

/** Throws RECORD_UNDECODABLE if the id is empty: such an event can't be deduplicated or searched for. */
export function assertId<T extends { id: unknown }>(event: T): T {
  if (event.id === '') throw emptyId()
  return event
}

export function emptyId(): Error {
  return undecodable('its id is empty')
}
