import type { Tap } from '../binary/avsc.ts'
import { bigDecimalText, decimalText } from '../binary/decimals.ts'
import { COST, spend } from '../binary/decode-limits.ts'
import { readText, skipBytes } from '../binary/text.ts'
import { dateText, localText, momentText, timeOfDayText } from '../binary/times.ts'
import { readLong } from '../binary/varint.ts'
import type { LogicalType } from '../schema/logical-type.ts'
import type { EnumNode, FixedNode, PrimitiveNode } from '../schema/type-node.ts'

export type Read = (tap: Tap) => unknown

export type ScalarNode = PrimitiveNode | FixedNode | EnumNode

/** Reads a scalar as a JSON value. Rejects values that JSON cannot represent. */
export function shownScalar(node: ScalarNode): Read {
  if (node.type === 'enum') return enumReader(node)
  const { logical } = node
  if (logical !== undefined) return logicalReader(node, logical)
  switch (node.type) {
    case 'null':
      return readNull
    case 'boolean':
      return readBoolean
    case 'int':
    case 'long':
      return readInteger
    case 'float':
      return readFiniteFloat
    case 'double':
      return readFiniteDouble
    case 'string':
      return readText
    case 'bytes':
      return readBase64
    case 'fixed': {
      const { size } = node
      return (tap) => base64Of(take(tap, size))
    }
  }
}

export function readNull(): null {
  return null
}

export function readBoolean(tap: Tap): boolean {
  return tap.readBoolean()
}

/** A number, or a string of digits if a number would not be exact. */
export function readInteger(tap: Tap): number | string {
  const value = readLong(tap)
  if (typeof value === 'number') return value
  spend(COST.text + COST.text)
  return value.toString()
}

export function readFiniteDouble(tap: Tap): number {
  return finite(tap.readDouble())
}

export function readFiniteFloat(tap: Tap): number {
  return finite(tap.readFloat())
}

export function readBase64(tap: Tap): string {
  return base64Of(take(tap, tap.readLong()))
}

/** A view of the next `length` bytes. */
export function take(tap: Tap, length: number): Buffer {
  const start = tap.pos
  const end = skipBytes(tap, length)
  spend(COST.text + length)
  return tap.buf.subarray(start, end)
}

function base64Of(bytes: Buffer): string {
  return bytes.toString('base64')
}

/** Rejects NaN and infinities, which JSON cannot represent. */
function finite(value: number | undefined): number {
  if (value === undefined) throw new Error('truncated')
  if (!Number.isFinite(value)) throw new Error(`${value} is not a JSON number`)
  return value
}

function enumReader({ name, symbols }: EnumNode): Read {
  return (tap) => {
    const index = tap.readLong()
    const symbol = symbols[index]
    if (symbol === undefined) throw new Error(`enum ${name} has no symbol ${index}`)
    return symbol
  }
}

type LogicalNode = Exclude<ScalarNode, EnumNode>

function logicalReader(node: LogicalNode, logical: LogicalType): Read {
  const bytes: (tap: Tap) => Buffer =
    node.type === 'fixed' ? (tap) => take(tap, node.size) : (tap) => take(tap, tap.readLong())
  switch (logical.name) {
    case 'timestamp-millis':
    case 'timestamp-micros':
    case 'timestamp-nanos': {
      const { name } = logical
      return (tap) => momentText(name, counted(tap))
    }
    case 'local-timestamp-millis':
    case 'local-timestamp-micros':
    case 'local-timestamp-nanos': {
      const { name } = logical
      return (tap) => localText(name, counted(tap))
    }
    case 'time-millis':
    case 'time-micros': {
      const { name } = logical
      return (tap) => timeOfDayText(name, counted(tap))
    }
    case 'date':
      return (tap) => dateText(counted(tap))
    case 'decimal': {
      const { scale } = logical
      return (tap) => decimalText(bytes(tap), scale)
    }
    case 'big-decimal':
      return (tap) => bigDecimalText(bytes(tap))
    case 'duration':
      return (tap) => durationText(bytes(tap))
    case 'uuid':
      return node.type === 'string' ? readText : (tap) => uuidText(bytes(tap))
  }
}

function counted(tap: Tap): number | bigint {
  spend(COST.text + COST.text)
  return readLong(tap)
}

/** ISO 8601. Months, days and milliseconds are not converted into each other. */
function durationText(bytes: Buffer): string {
  const [months, days, millis] = [0, 4, 8].map((at) => bytes.readUInt32LE(at)) as [
    number,
    number,
    number,
  ]
  const seconds = `${Math.floor(millis / 1_000)}.${String(millis % 1_000).padStart(3, '0')}`
  return `P${months}M${days}DT${seconds}S`
}

function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
