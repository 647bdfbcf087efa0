import { formatTime } from '../../event/time/time.ts'
import type { LocalName, MomentName, TimeOfDayName } from '../schema/logical-type.ts'

export type Unit = 'millis' | 'micros' | 'nanos'
type Count = number | bigint

const DAY_MICROS = 86_400_000_000
const NANO_DIGITS = 9

/** RFC 3339 in UTC, with as many fraction digits as needed. */
export function momentText(name: MomentName, count: Count): string {
  return instantText(unitOf(name), count, name)
}

/** As above, without a time zone. */
export function localText(name: LocalName, count: Count): string {
  return instantText(unitOf(name), count, name).slice(0, -1)
}

export function dateText(days: Count): string {
  const text = formatTime(BigInt(days) * BigInt(DAY_MICROS))
  if (text === undefined) throw outside('date', days)
  return text.slice(0, 'YYYY-MM-DD'.length)
}

export function timeOfDayText(name: TimeOfDayName, count: Count): string {
  const micros = microsOf(unitOf(name), count)
  if (micros === undefined || micros < 0 || micros >= DAY_MICROS) {
    throw new Error(`a ${name} of ${count} is not within a day`)
  }
  return (formatTime(micros) as string).slice('YYYY-MM-DDT'.length, -1)
}

/** Undefined for nanoseconds that are not whole microseconds. */
export function microsOf(unit: Unit, count: Count): Count | undefined {
  switch (unit) {
    case 'millis':
      return typeof count === 'number' && Number.isSafeInteger(count * 1_000)
        ? count * 1_000
        : BigInt(count) * 1_000n
    case 'micros':
      return count
    case 'nanos': {
      const nanos = BigInt(count)
      return nanos % 1_000n === 0n ? nanos / 1_000n : undefined
    }
  }
}

export function unitOf(name: MomentName | LocalName | TimeOfDayName): Unit {
  return name.slice(name.lastIndexOf('-') + 1) as Unit
}

export function outside(name: string, count: Count): Error {
  return new Error(`a ${name} of ${count} is outside the years 1 to 9999`)
}

function instantText(unit: Unit, count: Count, name: string): string {
  const micros = microsOf(unit, count)
  const text = micros === undefined ? nanosText(BigInt(count)) : formatTime(micros)
  if (text === undefined) throw outside(name, count)
  return text
}

function nanosText(nanos: bigint): string | undefined {
  const fraction = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const seconds = formatTime(((nanos - fraction) / 1_000_000_000n) * 1_000_000n)
  return seconds?.replace('Z', `.${fraction.toString().padStart(NANO_DIGITS, '0')}Z`)
}
