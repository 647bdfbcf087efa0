import { isWellFormed } from '../../event/validation/check-json.ts'
import type { ScalarRule, ScalarType } from '../../event/validation/shapes.ts'
import { writeLong } from '../binary/varint.ts'
import type { EnumNode, PrimitiveNode } from '../schema/type-node.ts'
import type { ScalarNode } from './scalars.ts'
import { logicalScalar, type WrittenScalar } from './written-logicals.ts'

const INT_MAX = 2 ** 31 - 1
const FLOAT_MAX = 3.4028234663852886e38

export function writtenScalar(node: ScalarNode): WrittenScalar {
  if (node.type === 'enum') return ofEnum(node)
  if (node.logical !== undefined) return logicalScalar(node, node.logical)
  if (node.type !== 'fixed') return PRIMITIVES[node.type]
  const { size } = node
  return {
    rule: rule(`${size} bytes in base64`, ['string'], (value) => base64(value)?.length === size),
    write: (tap, value: string) => tap.writeFixed(Buffer.from(value, 'base64')),
  }
}

function ofEnum({ symbols }: EnumNode): WrittenScalar {
  const indexes = new Map<unknown, number>(symbols.map((symbol, index) => [symbol, index]))
  return {
    rule: {
      ...rule(symbols.map((symbol) => `"${symbol}"`).join(' or '), ['string'], (value) =>
        indexes.has(value),
      ),
      symbols,
    },
    write: (tap, value: string) => tap.writeLong(indexes.get(value) as number),
  }
}

const PRIMITIVES: { readonly [type in PrimitiveNode['type']]: WrittenScalar } = {
  null: { rule: rule('null', ['null'], (value) => value === null), write() {} },
  boolean: {
    rule: rule('true or false', ['boolean'], (value) => typeof value === 'boolean'),
    write: (tap, value: boolean) => tap.writeBoolean(value),
  },
  int: {
    rule: rule(
      'a whole number of 32 bits',
      ['number'],
      (value) =>
        Number.isInteger(value) && Number(value) >= -INT_MAX - 1 && Number(value) <= INT_MAX,
    ),
    write: (tap, value: number) => tap.writeLong(value),
  },
  long: {
    rule: rule(
      'a whole number of 64 bits, as text of digits if it is beyond 2^53',
      ['number', 'string'],
      isLong,
    ),
    write: (tap, value: number | string) =>
      writeLong(tap, typeof value === 'string' ? BigInt(value) : value),
  },
  float: {
    rule: rule(
      'a number of 32 bits',
      ['number'],
      (value) => Number.isFinite(value) && Math.abs(Number(value)) <= FLOAT_MAX,
    ),
    write: (tap, value: number) => tap.writeFloat(value),
  },
  double: {
    rule: rule('a number', ['number'], Number.isFinite),
    write: (tap, value: number) => tap.writeDouble(value),
  },
  bytes: {
    rule: rule('bytes in base64', ['string'], (value) => base64(value) !== undefined),
    write: (tap, value: string) => tap.writeBytes(Buffer.from(value, 'base64')),
  },
  string: {
    rule: rule('a string', ['string'], (value) => typeof value === 'string' && isWellFormed(value)),
    write: (tap, value: string) => tap.writeString(value),
  },
}

function rule(
  expected: string,
  types: readonly ScalarType[],
  accepts: (value: unknown) => boolean,
): ScalarRule {
  return { expected, types, accepts, isOrdered: true }
}

/** A number stands for itself, since a reader gets text only where a number is not exact. */
function isLong(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'string' || !/^-?[1-9]\d{15,18}$/.test(value)) return false
  const count = BigInt(value)
  return BigInt.asIntN(64, count) === count && !Number.isSafeInteger(Number(value))
}

/** Undefined if the text is not what the bytes are read back as. */
function base64(value: unknown): Buffer | undefined {
  if (typeof value !== 'string') return undefined
  const bytes = Buffer.from(value, 'base64')
  return bytes.toString('base64') === value ? bytes : undefined
}
