import { InventoryEventsError } from '../util/errors.ts'

/** Confluent's wire format: a zero byte, the schema id as four bytes big-endian, then Avro. */
export const FRAME_BYTES = 5

const MAGIC = 0

/** Returns the schema id of a framed value. Throws RECORD_UNDECODABLE if it is not framed. */
export function schemaIdOf(value: Buffer): number {
  if (value.length === 0) throw undecodable('the value is empty')
  if (value[0] !== MAGIC) {
    throw undecodable(`expected the Avro frame (first byte 0), got first byte ${value[0]}`)
  }
  if (value.length < FRAME_BYTES) {
    throw undecodable(`expected the Avro frame of ${FRAME_BYTES} bytes, got ${value.length} bytes`)
  }
  return value.readUInt32BE(1)
}

/** Writes the frame in front of a payload that starts at FRAME_BYTES. */
export function writeFrame(target: Buffer, schemaId: number): void {
  target[0] = MAGIC
  target.writeUInt32BE(schemaId, 1)
}

export function undecodable(message: string, cause?: unknown): InventoryEventsError {
  return new InventoryEventsError('RECORD_UNDECODABLE', message, { cause })
}

export function tooLarge(message: string): InventoryEventsError {
  return new InventoryEventsError('RECORD_TOO_LARGE', message)
}
