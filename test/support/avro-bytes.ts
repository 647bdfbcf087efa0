import { parseType } from '../../src/avro/schema/parse-type.ts'
import type { TypeNode } from '../../src/avro/schema/type-node.ts'

/** A value of one of a union's branches. */
class Branch {
  readonly index: number
  readonly value: unknown

  constructor(index: number, value: unknown) {
    this.index = index
    this.value = value
  }
}

export const branch = (index: number, value: unknown) => new Branch(index, value)

/**
 * A record as any producer may write it, in its frame: schemas that avsc refuses, strings and keys
 * given as bytes (maps as lists of entries), longs as bigints.
 */
export function framed(schema: unknown, value: unknown): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), bytesOf(parseType(schema), value)])
}

function bytesOf(node: TypeNode, value: unknown): Buffer {
  switch (node.type) {
    case 'null':
      return Buffer.alloc(0)
    case 'boolean':
      return Buffer.from([value ? 1 : 0])
    case 'int':
    case 'long':
      return varint(value as number | bigint)
    case 'float':
      return floating(4, (bytes) => bytes.writeFloatLE(value as number))
    case 'double':
      return floating(8, (bytes) => bytes.writeDoubleLE(value as number))
    case 'string':
    case 'bytes':
      return text(value as string | Buffer)
    case 'fixed':
      return value as Buffer
    case 'enum':
      return varint(node.symbols.indexOf(value as string))
    case 'array':
      return block((value as unknown[]).map((item) => bytesOf(node.items, item)))
    case 'map': {
      const entries = Array.isArray(value) ? value : Object.entries(value as object)
      const items = entries.map(([key, inner]) => [text(key), bytesOf(node.values, inner)])
      return block(items.map((parts) => Buffer.concat(parts)))
    }
    case 'union':
      return unionBytes(node.branches, value)
    case 'record':
      return Buffer.concat(
        node.fields.map(({ name, type }) =>
          bytesOf(type, (value as Record<string, unknown>)[name]),
        ),
      )
  }
}

/** What is no `branch` is null, or of the first branch that is not. */
function unionBytes(branches: readonly TypeNode[], value: unknown): Buffer {
  const isNull = value === null || value === undefined
  const index = branches.findIndex(({ type }) => (type === 'null') === isNull)
  const chosen = value instanceof Branch ? value : new Branch(index, value)
  const inner = bytesOf(branches[chosen.index] as TypeNode, chosen.value)
  return Buffer.concat([varint(chosen.index), inner])
}

function block(items: Buffer[]): Buffer {
  const count = items.length === 0 ? [] : [varint(items.length)]
  return Buffer.concat([...count, ...items, varint(0)])
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([varint(bytes.length), bytes])
}

function floating(size: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(size)
  write(bytes)
  return bytes
}

function varint(value: number | bigint): Buffer {
  const n = BigInt(value)
  let rest = BigInt.asUintN(64, (n << 1n) ^ (n >> 63n))
  const bytes: number[] = []
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}
