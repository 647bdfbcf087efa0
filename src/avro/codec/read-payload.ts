import type { JsonObject } from '../../event/json.ts'
import { messageOf } from '../../util/errors.ts'
import type { AvroType, Reader } from '../types/avsc.ts'
import { startDepth } from '../types/nesting-limit.ts'
import { FRAME_BYTES, undecodable } from '../wire-format.ts'

/** Decodes the whole payload of a framed value. Throws RECORD_UNDECODABLE, also if bytes are left over. */
export function readPayload(value: Buffer, type: AvroType, reader?: Reader): JsonObject {
  startDepth()
  let end: number
  let record: unknown
  try {
    ;({ value: record, offset: end } = type.decode(value, FRAME_BYTES, reader))
  } catch (error) {
    throw undecodable(`its bytes do not fit its schema: ${messageOf(error)}`, error)
  }
  if (end < 0) throw undecodable('its bytes do not fit its schema: truncated')
  if (end < value.length) {
    throw undecodable(`its bytes do not fit its schema: ${value.length - end} bytes left over`)
  }
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
