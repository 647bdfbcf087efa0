import { formatTime } from '../../event/time/time.ts'
import type { Tap } from '../binary/avsc.ts'
import { COST, spend } from '../binary/decode-limits.ts'
import { readText } from '../binary/text.ts'
import { microsOf, outside, unitOf } from '../binary/times.ts'
import { readLong } from '../binary/varint.ts'
import type { LogicalType, MomentName } from '../schema/logical-type.ts'
import { type EnumNode, labelOf, type PrimitiveNode, type TypeNode } from '../schema/type-node.ts'
import {
  type Read,
  readFiniteDouble,
  readFiniteFloat,
  type ScalarNode,
  shownScalar,
} from './scalars.ts'

/**
 * Reads a writer's scalar as a matching reader's. Throws if the value would change its meaning: Avro's
 * promotions ignore logical types.
 */
export function resolvedScalar(writer: ScalarNode, reader: ScalarNode): Read {
  if (reader.type === 'enum') return enumReader(writer as EnumNode, reader)
  if (isMoment(reader)) return momentReader(writer as PrimitiveNode, reader)
  if (reader.logical !== undefined) requireLogical(writer, reader.logical)
  switch (reader.type) {
    case 'string':
      return writer.type === 'string' ? readText : textOfBytes(writer as PrimitiveNode)
    case 'float':
    case 'double':
      return numberReader(writer as PrimitiveNode)
    default:
      return shownScalar(writer)
  }
}

/** Whether the reader can read the writer's values, except integers that are not exact as a number. */
export function canReadScalar(writer: ScalarNode, reader: ScalarNode): boolean {
  try {
    resolvedScalar(writer, reader)
    return true
  } catch {
    return false
  }
}

function requireLogical(writer: ScalarNode, logical: LogicalType): void {
  const own = writer.type === 'enum' ? undefined : writer.logical
  const isSame = own?.name === logical.name
  const scaleOf = (each: LogicalType | undefined) => (each?.name === 'decimal' ? each.scale : 0)
  if (isSame && scaleOf(own) === scaleOf(logical)) return
  throw new Error(`cannot read ${labelOf(writer)} as ${logical.name}`)
}

function enumReader(writer: EnumNode, { symbols, fallback }: EnumNode): Read {
  const readable = writer.symbols.map((symbol) => (symbols.includes(symbol) ? symbol : fallback))
  return (tap) => {
    const index = tap.readLong()
    const symbol = readable[index]
    if (symbol !== undefined) return symbol
    const written = writer.symbols[index]
    if (written === undefined) throw new Error(`enum ${writer.name} has no symbol ${index}`)
    throw new Error(`symbol ${written} is not known, and there is no default`)
  }
}

function textOfBytes(writer: PrimitiveNode): Read {
  if (writer.logical !== undefined) throw new Error(`cannot read ${labelOf(writer)} as string`)
  return readText
}

function numberReader(writer: PrimitiveNode): Read {
  if (writer.type === 'double') return readFiniteDouble
  if (writer.type === 'float') return readFiniteFloat
  if (writer.logical !== undefined) throw new Error(`cannot read ${labelOf(writer)} as a number`)
  return readExactNumber
}

/** Promotes a long to a double; throws if that is not exact. */
function readExactNumber(tap: Tap): number {
  const value = readLong(tap)
  if (typeof value === 'number') return value
  const number = Number(value)
  if (BigInt(number) !== value) throw new Error(`no number is exactly ${value}`)
  return number
}

export function isMoment(
  node: TypeNode,
): node is PrimitiveNode & { logical: { name: MomentName } } {
  return node.type === 'long' && isMomentType(node.logical)
}

function isMomentType(logical: LogicalType | undefined): logical is { name: MomentName } {
  return logical?.name.startsWith('timestamp-') ?? false
}

/** Uses the writer's unit; a long without a logical type is in the reader's. */
function momentReader(
  writer: PrimitiveNode,
  reader: PrimitiveNode & { logical: { name: MomentName } },
): Read {
  const logical = writer.logical ?? reader.logical
  if (!isMomentType(logical)) {
    throw new Error(`cannot read ${labelOf(writer)} as ${reader.logical.name}`)
  }
  const unit = unitOf(logical.name)
  if (reader.logical.name === 'timestamp-nanos') return shownScalar({ type: 'long', logical })
  return (tap) => {
    spend(COST.text + COST.text)
    const count = readLong(tap)
    const micros = microsOf(unit, count)
    if (micros === undefined) throw new Error(`${count} ns are finer than microseconds`)
    const text = formatTime(micros)
    if (text === undefined) throw outside(logical.name, count)
    return text
  }
}
