import type { RecordHeaders } from '../event/headers.ts'

/** The headers of a follow-up event's record, beside those of every event. */
export const FOLLOW_UP = {
  hops: 'followup.hops',
  cause: 'followup.cause',
} as const

/** How many follow-ups led to a record: 0 for an event that a producer published by itself. */
export function hopsOf(headers: RecordHeaders): number {
  const text = headers.last(FOLLOW_UP.hops)?.toString() ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : 0
}
