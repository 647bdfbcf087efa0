/** The timestamp of a record without one, as Kafka has it. */
export const NO_TIMESTAMP = -1

/** Times outside the years 0001 to 9999 are not RFC 3339. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * A record's timestamp for people: RFC 3339 in UTC; `no timestamp`; or the number itself, since a
 * producer may write any 64-bit number. Never throws.
 */
export function timestampText(timestampMs: number): string {
  if (timestampMs === NO_TIMESTAMP) return 'no timestamp'
  const isTime = timestampMs >= FIRST_MS && timestampMs <= LAST_MS
  if (isTime) return utcText(timestampMs)
  const about = Number.isSafeInteger(timestampMs) ? '' : 'about '
  return `${about}${timestampMs} ms since 1970`
}

/** A time as RFC 3339 in UTC with milliseconds; the nearest that has a text. Never throws. */
export function timeText(timeMs: number): string {
  return utcText(Math.min(LAST_MS, Math.max(FIRST_MS, Number.isNaN(timeMs) ? 0 : timeMs)))
}

/** How long ago a timestamp was; 0 if that is unknown or in the future. */
export function ageMs(timestampMs: number | undefined, nowMs: number): number {
  if (timestampMs === undefined || timestampMs === NO_TIMESTAMP) return 0
  return Math.max(0, nowMs - timestampMs)
}

function utcText(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
