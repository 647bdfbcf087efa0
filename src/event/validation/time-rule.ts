import { parseTime } from '../time/time.ts'

/** What a text that is no time should have been. A time without an offset is the usual mistake. */
export function expectedTime(value: unknown): string {
  const lacksOffset = typeof value === 'string' && parseTime(`${value}Z`) !== undefined
  return lacksOffset ? 'Z or an offset such as +02:00 at the end of the time' : RFC3339
}

const RFC3339 = 'an RFC 3339 time with at most six fraction digits, such as 2026-01-31T08:30:00Z'
