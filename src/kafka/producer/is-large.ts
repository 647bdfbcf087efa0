import type { OutgoingRecord } from './message.ts'

const LARGE_BYTES = 256 * 1024

/** Whether to compress a copy of a record: the original may have been, and limits apply to what is sent. */
export function isLarge({ key, value, headers }: OutgoingRecord): boolean {
  return (key?.length ?? 0) + (value?.length ?? 0) + (headers?.size ?? 0) >= LARGE_BYTES
}
