import { fits } from '../../event/validation/check-shape.ts'
import type { FieldRule } from '../../event/validation/shapes.ts'
import { type AvroType, LongType, type Tap } from '../binary/avsc.ts'
import {
  type FieldNode,
  isJsonValue,
  isNullable,
  type RecordNode,
  type TypeNode,
  type UnionNode,
} from '../schema/type-node.ts'
import { defaultOf } from './default-value.ts'
import { writtenScalar } from './written-scalars.ts'

export interface Written {
  /** What a value has to be. */
  readonly rule: FieldRule
  /** Writes a value that the rule accepts. */
  write(tap: Tap, value: never): void
}

/**
 * How values of a type are checked and written: as the readers of `compile-reader.ts` show them. avsc's
 * own types know neither text of logical types nor unions of several records without their names.
 * Throws an Error that names the place of a type that cannot be shown as JSON.
 */
export function compileWriter(node: TypeNode): Written {
  return compile(node, [])
}

/** A type for avsc that is written by this writer. The class that it extends decides nothing else. */
export function writtenType({ write }: Written): AvroType {
  class WrittenType extends LongType {
    override _write(tap: Tap, value: unknown): void {
      write(tap, value as never)
    }
  }
  return new WrittenType()
}

/** `outer`: the records around the type. */
function compile(node: TypeNode, outer: readonly RecordNode[]): Written {
  switch (node.type) {
    case 'record':
      return isJsonValue(node) ? jsonValue(node) : record(node, outer)
    case 'array':
      return list(compile(node.items, outer))
    case 'map':
      return map(compile(node.values, outer))
    case 'union':
      return union(node, outer)
    default: {
      const { rule: scalar, write } = writtenScalar(node)
      return { rule: plainRule(node) ?? { scalar }, write }
    }
  }
}

/** The validator's own rule, where there is one. */
function plainRule(node: TypeNode): FieldRule | undefined {
  if (node.type === 'double') return 'number'
  return node.type === 'string' && node.logical === undefined ? 'string' : undefined
}

function record(node: RecordNode, outer: readonly RecordNode[]): Written {
  if (outer.includes(node)) throw new Error(`expected no record within itself, got ${node.name}`)
  const fields = node.fields.map((each) => field(each, [...outer, node]))
  return {
    rule: { record: Object.fromEntries(fields.map(({ name, rule }) => [name, rule])) },
    write(tap, value: Record<string, never>) {
      for (const { name, write, fallback } of fields) {
        const own = Object.hasOwn(value, name) ? value[name] : undefined
        write(tap, (own === undefined ? fallback : own) as never)
      }
    },
  }
}

/** A field that may be null, or has a default, may be missing. */
function field(node: FieldNode, outer: readonly RecordNode[]) {
  const { name, type } = node
  try {
    const { rule, write } = compile(isNullable(type) ? nonNull(type) : type, outer)
    const fallback = defaultOf(node)
    if (fallback != null && hasLogical(type)) throw new Error(LOGICAL_DEFAULT)
    const isOptional = isNullable(type) || fallback !== undefined
    return {
      name,
      rule: isOptional ? { optional: rule } : rule,
      write: isNullable(type) ? compile(type, outer).write : write,
      fallback: fallback ?? null,
    }
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`)
  }
}

const LOGICAL_DEFAULT =
  'expected no default but null, because its readers may not know the logical type'

function hasLogical(type: TypeNode): boolean {
  switch (type.type) {
    case 'record':
      return type.fields.some((each) => hasLogical(each.type))
    case 'array':
      return hasLogical(type.items)
    case 'map':
      return hasLogical(type.values)
    case 'union':
      return type.branches.some(hasLogical)
    case 'enum':
      return false
    default:
      return type.logical !== undefined
  }
}

function nonNull(type: TypeNode): TypeNode {
  const branches = (type as UnionNode).branches.filter((branch) => branch.type !== 'null')
  return branches.length === 1 ? branches[0]! : { type: 'union', branches }
}

function list({ rule, write }: Written): Written {
  return {
    rule: { listOf: rule },
    write(tap, items: readonly never[]) {
      if (items.length > 0) writeCount(tap, items.length)
      for (const item of items) write(tap, item)
      writeCount(tap, 0)
    },
  }
}

function map({ rule, write }: Written): Written {
  return {
    rule: rule === 'json' ? 'json-object' : { mapOf: rule },
    write(tap, value: Record<string, never>) {
      const entries = Object.entries(value)
      if (entries.length > 0) writeCount(tap, entries.length)
      for (const [key, inner] of entries) {
        tap.writeString(key)
        write(tap, inner)
      }
      writeCount(tap, 0)
    },
  }
}

function writeCount(tap: Tap, count: number): void {
  tap.writeLong(count)
}

/** A value is of the first branch whose rule it fits: readers don't show which one it was. */
function union({ branches }: UnionNode, outer: readonly RecordNode[]): Written {
  const written = branches.map((branch) => compile(branch, outer))
  const nullAt = branches.findIndex(({ type }) => type === 'null')
  const others = branches.flatMap(({ type }, index) => (type === 'null' ? [] : [index]))
  const branchOf = (value: unknown): number => {
    if (value === null) return nullAt
    if (others.length === 1) return others[0] as number
    return written.findIndex(({ rule }) => fits(value, rule))
  }
  return {
    rule: written.length === 1 ? written[0]!.rule : { oneOf: written.map(({ rule }) => rule) },
    write(tap, value) {
      const index = branchOf(value)
      tap.writeLong(index)
      written[index]!.write(tap, value)
    },
  }
}

/** Any JSON value, in the record that wraps it. */
function jsonValue({ fields }: RecordNode): Written {
  const { branches } = fields[0]!.type as UnionNode
  const indexOf = (type: TypeNode['type']) => branches.findIndex((branch) => branch.type === type)
  const [none, truth, number, text, items, members] = (
    ['null', 'boolean', 'double', 'string', 'array', 'map'] as const
  ).map(indexOf) as [number, number, number, number, number, number]
  const write = (tap: Tap, value: unknown): void => {
    if (value === null) tap.writeLong(none)
    else if (typeof value === 'boolean') at(tap, truth).writeBoolean(value)
    else if (typeof value === 'number') at(tap, number).writeDouble(value)
    else if (typeof value === 'string') at(tap, text).writeString(value)
    else if (Array.isArray(value))
      list({ rule: 'json', write }).write(at(tap, items), value as never)
    else map({ rule: 'json', write }).write(at(tap, members), value as never)
  }
  return { rule: 'json', write }
}

function at(tap: Tap, branch: number): Tap {
  tap.writeLong(branch)
  return tap
}
