import type { ScalarRule } from '../../event/validation/shapes.ts'
import type { Tap } from '../binary/avsc.ts'
import { writeLong } from '../binary/varint.ts'
import { bigDecimalOf, bytesOf, isWithin, unscaledOf } from '../binary/written-decimals.ts'
import { dateOf, localOf, momentOf, timeOfDayOf } from '../binary/written-times.ts'
import type { LogicalType } from '../schema/logical-type.ts'
import type { EnumNode } from '../schema/type-node.ts'
import type { ScalarNode } from './scalars.ts'

/** How values of a scalar type are written. What it writes, `shownScalar` reads back. */
export interface WrittenScalar {
  readonly rule: ScalarRule
  /** The value must have been accepted by the rule. */
  write(tap: Tap, value: never): void
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
const DURATION = /^P(0|[1-9]\d{0,9})M(0|[1-9]\d{0,9})DT(0|[1-9]\d{0,6})\.(\d{3})S$/
const DURATION_MAX = 2 ** 32 - 1

type LogicalNode = Exclude<ScalarNode, EnumNode>

/** How values of a logical type are written: all of them are text. */
export function logicalScalar(node: LogicalNode, logical: LogicalType): WrittenScalar {
  switch (logical.name) {
    case 'timestamp-millis':
    case 'timestamp-micros':
    case 'timestamp-nanos': {
      const { name } = logical
      const expected = `an RFC 3339 time with at most ${DIGITS[name]} fraction digits, such as 2026-01-31T08:30:00Z`
      return counted(expected, (text) => momentOf(name, text), false)
    }
    case 'local-timestamp-millis':
    case 'local-timestamp-micros':
    case 'local-timestamp-nanos': {
      const { name } = logical
      const expected = `a time without an offset, with at most ${DIGITS[name]} fraction digits, such as 2026-01-31T08:30:00`
      return counted(expected, (text) => localOf(name, text), true)
    }
    case 'time-millis':
    case 'time-micros': {
      const { name } = logical
      const expected = `a time of day with at most ${DIGITS[name]} fraction digits, such as 08:30:00`
      return counted(expected, (text) => timeOfDayOf(name, text), true)
    }
    case 'date':
      return counted('a date such as 2026-01-31', dateOf, true)
    case 'decimal':
      return decimal(node, logical)
    case 'big-decimal':
      return binary(node, 'a decimal as text, such as "12.50"', bigDecimalOf)
    case 'duration':
      return binary(node, 'a duration such as P1M2DT3.004S', durationOf)
    case 'uuid':
      return uuid(node)
  }
}

const DIGITS = {
  'timestamp-millis': 3,
  'timestamp-micros': 6,
  'timestamp-nanos': 9,
  'local-timestamp-millis': 3,
  'local-timestamp-micros': 6,
  'local-timestamp-nanos': 9,
  'time-millis': 3,
  'time-micros': 6,
} as const

function decimal(node: LogicalNode, { scale, precision }: LogicalType & { name: 'decimal' }) {
  const size = node.type === 'fixed' ? node.size : undefined
  const example = scale === 0 ? '12' : `12.${'5'.padEnd(scale, '0').slice(0, scale)}`
  const expected = `a decimal as text with at most ${precision} digits, ${scale} of them after the point, such as "${example}"`
  return binary(node, expected, (text) => {
    const unscaled = unscaledOf(text, scale)
    if (unscaled === undefined || !isWithin(unscaled, precision)) return undefined
    return bytesOf(unscaled, size)
  })
}

function uuid(node: LogicalNode): WrittenScalar {
  const expected = 'a UUID in lower case'
  if (node.type !== 'string') {
    return binary(node, expected, (text) =>
      UUID.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : undefined,
    )
  }
  return {
    rule: textRule(expected, (text) => (UUID.test(text) ? text : undefined), true),
    write: (tap, value: string) => tap.writeString(value),
  }
}

function durationOf(text: string): Buffer | undefined {
  const parts = DURATION.exec(text)
  if (parts === null) return undefined
  const [months, days, seconds, millis] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const counts = [months, days, seconds * 1_000 + millis]
  if (counts.some((count) => count > DURATION_MAX)) return undefined
  const bytes = Buffer.alloc(12)
  for (const [i, count] of counts.entries()) bytes.writeUInt32LE(count, i * 4)
  return bytes
}

/** A type whose values are counted in days or parts of a second. */
function counted(
  expected: string,
  countOf: (text: string) => bigint | undefined,
  isOrdered: boolean,
): WrittenScalar {
  return {
    rule: textRule(expected, countOf, isOrdered),
    write: (tap, value: string) => writeLong(tap, countOf(value) as bigint),
  }
}

function binary(
  node: LogicalNode,
  expected: string,
  toBytes: (text: string) => Buffer | undefined,
): WrittenScalar {
  const isFixed = node.type === 'fixed'
  return {
    rule: textRule(expected, toBytes, false),
    write(tap: Tap, value: string) {
      const bytes = toBytes(value) as Buffer
      if (isFixed) tap.writeFixed(bytes)
      else tap.writeBytes(bytes)
    },
  }
}

function textRule(
  expected: string,
  parse: (text: string) => unknown,
  isOrdered: boolean,
): ScalarRule {
  const accepts = (value: unknown) => typeof value === 'string' && parse(value) !== undefined
  return { expected, accepts, types: ['string'], isOrdered }
}
