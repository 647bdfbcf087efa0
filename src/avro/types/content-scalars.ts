import type { JsonValue } from '../../event/json.ts'
import { formatTime } from '../../event/time/time.ts'
import type { Tap } from '../binary/avsc.ts'
import { COST, spend } from '../binary/decode-limits.ts'
import { microsOf, type Unit, unitOf } from '../binary/times.ts'
import { readLong } from '../binary/varint.ts'
import type { LogicalType } from '../schema/logical-type.ts'
import type { TypeNode } from '../schema/type-node.ts'
import { isMoment } from './resolve-scalar.ts'
import { type Read, readBase64, readInteger, type ScalarNode, shownScalar } from './scalars.ts'

/**
 * Reads a scalar for the fingerprint, which must distinguish values but does not show them: no number
 * is rejected. Logical types are ignored, except timestamps, because a producer's retry may have
 * another unit. `known` is the type that our own schema has in its place.
 */
export function contentScalar(node: ScalarNode, known: TypeNode | undefined): Read {
  switch (node.type) {
    case 'double':
      return readAnyDouble
    case 'float':
      return readAnyFloat
    case 'long': {
      const unit = comparedUnit(node.logical, known)
      return unit === undefined ? readInteger : timeReader(unit)
    }
    case 'int':
      return readInteger
    case 'bytes':
      return readBase64
    case 'fixed':
      return shownScalar({ ...node, logical: undefined })
    default:
      return shownScalar(node)
  }
}

/** The unit of values compared as times. Existing marks were made with all others as counts. */
export function comparedUnit(
  logical: LogicalType | undefined,
  known: TypeNode | undefined,
): Unit | undefined {
  switch (logical?.name) {
    case 'timestamp-millis':
    case 'timestamp-micros':
      return unitOf(logical.name)
    case 'timestamp-nanos':
      return known !== undefined && isMoment(known) ? 'nanos' : undefined
    default:
      return undefined
  }
}

/** As text, so that units don't matter; a count if the time can't be formatted. */
export function comparedTime(unit: Unit, count: number | bigint): JsonValue {
  const micros = microsOf(unit, count)
  return (micros === undefined ? undefined : formatTime(micros)) ?? `${count} ${unit}`
}

function timeReader(unit: Unit): Read {
  return (tap) => {
    spend(COST.text + COST.text)
    return comparedTime(unit, readLong(tap))
  }
}

function readAnyDouble(tap: Tap): number {
  return inside(tap.readDouble())
}

function readAnyFloat(tap: Tap): number {
  return inside(tap.readFloat())
}

function inside(value: number | undefined): number {
  if (value === undefined) throw new Error('truncated')
  return value
}
