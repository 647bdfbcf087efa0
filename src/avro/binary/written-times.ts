import { parseTime } from '../../event/time/time.ts'
import type { LocalName, MomentName, TimeOfDayName } from '../schema/logical-type.ts'
import { type Unit, unitOf } from './times.ts'

const DAY_MICROS = 86_400_000_000n
const NANOS_OF_A_MICRO = 1_000n
const LONG_BITS = 64

const DATE = /^\d{4}-\d\d-\d\d$/
const TIME_OF_DAY = /^\d\d:\d\d:\d\d(\.\d+)?$/
/** The digits behind the sixth, which `parseTime` does not read. */
const NANO_DIGITS = /(\.\d{6})(\d{1,3})(?=[Zz+-])/

/** What `momentText` reads back as the same moment; undefined if it is none, or of finer digits. */
export function momentOf(name: MomentName, text: string): bigint | undefined {
  return countOf(unitOf(name), text)
}

/** As above, without a time zone. */
export function localOf(name: LocalName, text: string): bigint | undefined {
  return hasZone(text) ? undefined : countOf(unitOf(name), `${text}Z`)
}

/** The days since 1970. */
export function dateOf(text: string): bigint | undefined {
  if (!DATE.test(text)) return undefined
  const micros = parseTime(`${text}T00:00:00Z`)
  return micros === undefined ? undefined : BigInt(micros) / DAY_MICROS
}

export function timeOfDayOf(name: TimeOfDayName, text: string): bigint | undefined {
  return TIME_OF_DAY.test(text) ? countOf(unitOf(name), `1970-01-01T${text}Z`) : undefined
}

function hasZone(text: string): boolean {
  return /([Zz]|[+-]\d\d:\d\d)$/.test(text)
}

function countOf(unit: Unit, text: string): bigint | undefined {
  const [, , finer = ''] = NANO_DIGITS.exec(text) ?? []
  const micros = parseTime(text.replace(NANO_DIGITS, '$1'))
  if (micros === undefined) return undefined
  const nanos = BigInt(micros) * NANOS_OF_A_MICRO + BigInt(finer.padEnd(3, '0'))
  const size = NANOS[unit]
  const count = nanos / size
  const isExact = nanos % size === 0n && BigInt.asIntN(LONG_BITS, count) === count
  return isExact ? count : undefined
}

const NANOS: { readonly [unit in Unit]: bigint } = {
  millis: 1_000_000n,
  micros: 1_000n,
  nanos: 1n,
}
