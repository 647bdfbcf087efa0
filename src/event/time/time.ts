import { dayOf } from './calendar.ts'
import { utcText } from './utc-text.ts'

/** A time in microseconds since 1970: a bigint if a number would not be exact. */
export type Micros = number | bigint

/** The parts up to the seconds are at fixed positions, so they are read without capture groups. */
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)$/
const POINT_AT = 19

const FIRST_SECOND = Date.parse('0001-01-01T00:00:00Z') / 1000
const LAST_SECOND = Date.parse('9999-12-31T23:59:59Z') / 1000

/**
 * Parses an RFC 3339 time with any UTC offset, without loss. Undefined if the text is not RFC 3339,
 * has more than six fraction digits, is a leap second, or is outside the years 0001 to 9999 in UTC.
 */
export function parseTime(text: string): Micros | undefined {
  if (!RFC3339.test(text)) return undefined
  const localSeconds = secondsOf(text)
  const offsetMinutes = offsetOf(text)
  if (localSeconds === undefined || offsetMinutes === undefined) return undefined
  const seconds = localSeconds - offsetMinutes * 60
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined
  return microsOf(seconds, fractionOf(text))
}

/** The time in UTC, cut to microseconds; undefined if the text is not RFC 3339. */
export function normalizeTime(text: string): string | undefined {
  const micros = parseTime(text.replace(/(\.\d{6})\d+/, '$1'))
  return micros === undefined ? undefined : formatTime(micros)
}

/** As `formatTime`, for the milliseconds of a Kafka record, which may be any number. */
export function formatMillis(millis: number): string | undefined {
  return Number.isSafeInteger(millis) ? formatTime(BigInt(millis) * 1_000n) : undefined
}

/**
 * Formats a time as RFC 3339 in UTC with zero, three or six fraction digits: the fewest that are
 * exact. Undefined outside the years 0001 to 9999.
 */
export function formatTime(micros: Micros): string | undefined {
  const [seconds, fraction] = splitMicros(micros)
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined
  return utcText(seconds, fraction)
}

const DAY_SECONDS = 86_400

function secondsOf(text: string): number | undefined {
  const day = dayOf(digitsAt(text, 0, 4), digitsAt(text, 5, 2), digitsAt(text, 8, 2))
  const hour = digitsAt(text, 11, 2)
  const minute = digitsAt(text, 14, 2)
  const second = digitsAt(text, 17, 2)
  if (day === undefined || hour > 23 || minute > 59 || second > 59) return undefined
  return day * DAY_SECONDS + hour * 3600 + minute * 60 + second
}

function offsetOf(text: string): number | undefined {
  const signAt = text.length - '+00:00'.length
  const sign = text[signAt]
  if (sign !== '+' && sign !== '-') return 0
  const [hours, minutes] = [digitsAt(text, signAt + 1, 2), digitsAt(text, signAt + 4, 2)]
  if (hours > 23 || minutes > 59) return undefined
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes)
}

/** Microseconds of the second. */
function fractionOf(text: string): number {
  if (text[POINT_AT] !== '.') return 0
  let fraction = 0
  for (let at = POINT_AT + 1, unit = 100_000; unit >= 1; at++, unit /= 10) {
    const digit = digitsAt(text, at, 1)
    if (!(digit >= 0 && digit <= 9)) break
    fraction += digit * unit
  }
  return fraction
}

/** The number made of `count` digits. */
function digitsAt(text: string, from: number, count: number): number {
  let number = 0
  for (let at = from; at < from + count; at++) number = number * 10 + text.charCodeAt(at) - 0x30
  return number
}

function microsOf(seconds: number, fraction: number): Micros {
  const micros = seconds * 1_000_000 + fraction
  return Number.isSafeInteger(micros) ? micros : BigInt(seconds) * 1_000_000n + BigInt(fraction)
}

function splitMicros(micros: Micros): [seconds: number, fraction: number] {
  if (typeof micros === 'number') {
    const seconds = Math.floor(micros / 1_000_000)
    return [seconds, micros - seconds * 1_000_000]
  }
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  return [Number((micros - fraction) / 1_000_000n), Number(fraction)]
}
