import { type OutgoingRecord, recordBytes } from './message.ts'

const LARGE_BYTES = 256 * 1024

/** Whether to compress a copy of a record: the original may have been, and limits apply to what is sent. */
export function isLarge(record: OutgoingRecord): boolean {
  return recordBytes(record) >= LARGE_BYTES
}
