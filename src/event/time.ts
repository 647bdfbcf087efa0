/** A moment in microseconds since 1970: a bigint where a number would not be exact. */
export type Micros = number | bigint

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

const FIRST_SECOND = Date.parse('0001-01-01T00:00:00Z') / 1000
const LAST_SECOND = Date.parse('9999-12-31T23:59:59Z') / 1000

/**
 * Reads an RFC 3339 time with any offset, exactly. Undefined if it is no such time, has more than
 * six fraction digits, is a leap second, or is outside the years 0001 to 9999 in UTC.
 */
export function parseTime(text: string): Micros | undefined {
  const parts = RFC3339.exec(text)
  if (parts === null) return undefined
  const localSeconds = secondsOf(parts)
  const offsetMinutes = offsetOf(parts)
  if (localSeconds === undefined || offsetMinutes === undefined) return undefined
  const seconds = localSeconds - offsetMinutes * 60
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined
  return microsOf(seconds, Number((parts[7] ?? '').padEnd(6, '0')))
}

/**
 * Writes RFC 3339 in UTC with no, three or six fraction digits, whichever is the shortest exact
 * one. Undefined outside the years 0001 to 9999.
 */
export function formatTime(micros: Micros): string | undefined {
  const [seconds, fraction] = splitMicros(micros)
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined
  return `${dateTimeText(seconds)}${fractionText(fraction)}Z`
}

const DAY_SECONDS = 86_400
/** Most events that follow each other are of the same day. */
let lastDay = { day: 0, text: '1970-01-01T' }

/** `YYYY-MM-DDThh:mm:ss` */
function dateTimeText(seconds: number): string {
  const day = Math.floor(seconds / DAY_SECONDS)
  if (day !== lastDay.day) {
    lastDay = { day, text: new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 11) }
  }
  const inDay = seconds - day * DAY_SECONDS
  const hour = Math.floor(inDay / 3600)
  const minute = Math.floor((inDay % 3600) / 60)
  return `${lastDay.text}${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(inDay % 60)}`
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : `${number}`
}

function secondsOf(parts: RegExpExecArray): number | undefined {
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // A day that the month does not have rolls over into the next one.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second
}

function offsetOf(parts: RegExpExecArray): number | undefined {
  if (parts[8] === undefined) return 0
  const [hours, minutes] = [Number(parts[9]), Number(parts[10])]
  if (hours > 23 || minutes > 59) return undefined
  return (parts[8] === '-' ? -1 : 1) * (hours * 60 + minutes)
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

function fractionText(fraction: number): string {
  if (fraction === 0) return ''
  const digits = fraction.toString().padStart(6, '0')
  return `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`
}
