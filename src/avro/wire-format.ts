import { InventoryEventsError } from '../util/errors.ts'

/** Confluent's wire format: a zero byte, the schema id as four bytes big-endian, then Avro. */
export const FRAME_BYTES = 5

const MAGIC = 0

/** Returns the schema id of the framed value in that range. Throws RECORD_UNDECODABLE if it is not framed. */
export function schemaIdOf(bytes: Buffer, start = 0, end = bytes.length): number {
  const length = end - start
  if (length === 0) throw undecodable('the value is empty')
  if (bytes[start] !== MAGIC) {
    throw undecodable(`expected the Avro frame (first byte 0), got first byte ${bytes[start]}`)
  }
  if (length < FRAME_BYTES) {
    throw undecodable(`expected the Avro frame of ${FRAME_BYTES} bytes, got ${length} bytes`)
  }
  return bytes.readUInt32BE(start + 1)
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
