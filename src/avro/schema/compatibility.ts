import { type NamedTypes, namedTypes, qualify } from './qualify.ts'
import type { ComplexSchema, Schema, SchemaField } from './schema.ts'

/** Two versions of one type, and their path in the event. */
interface Pair {
  path: string
  older: Schema
  newer: Schema
}

/**
 * Why records of one version can't be read with the other, in both directions (FULL): one line per
 * field, such as `entity.quantity: type changed from double to string`. Empty if compatible.
 */
export function explainIncompatibility(older: Schema, newer: Schema): string[] {
  const [before, after] = [qualify(older), qualify(newer)]
  const comparison = new Comparison(namedTypes(before), namedTypes(after))
  comparison.compare({ path: '', older: before, newer: after })
  return comparison.reasons
}

class Comparison {
  readonly reasons: string[] = []
  /** Pairs of named types already compared, so that recursive schemas terminate. */
  private readonly seen = new Set<string>()
  private readonly olderTypes: NamedTypes
  private readonly newerTypes: NamedTypes

  constructor(olderTypes: NamedTypes, newerTypes: NamedTypes) {
    this.olderTypes = olderTypes
    this.newerTypes = newerTypes
  }

  compare(pair: Pair): void {
    const older = resolved(pair.older, this.olderTypes)
    const newer = resolved(pair.newer, this.newerTypes)
    const isUnion = Array.isArray(older) || Array.isArray(newer)
    if (isUnion || labelOf(older) !== labelOf(newer)) {
      this.compareBranches(pair.path, branches(older), branches(newer))
    } else {
      this.compareInside(pair.path, older, newer)
    }
  }

  private compareInside(path: string, older: ComplexSchema, newer: ComplexSchema): void {
    if (older.items !== undefined && newer.items !== undefined) {
      this.compare({ path: `${path}[]`, older: older.items, newer: newer.items })
    } else if (older.values !== undefined && newer.values !== undefined) {
      this.compare({ path: `${path}.*`, older: older.values, newer: newer.values })
    } else if (older.symbols !== undefined && newer.symbols !== undefined) {
      this.compareSymbols(path, older, newer)
    } else if (older.fields !== undefined && newer.fields !== undefined) {
      this.compareFieldsOnce(path, older, newer)
    }
  }

  private compareFieldsOnce(path: string, older: ComplexSchema, newer: ComplexSchema): void {
    const pair = `${labelOf(older)} ${labelOf(newer)}`
    if (this.seen.has(pair)) return
    this.seen.add(pair)
    const newerFields = byName(newer)
    for (const field of older.fields ?? []) {
      const other = newerFields.get(field.name)
      const inner = join(path, field.name)
      if (other !== undefined) this.compare({ path: inner, older: field.type, newer: other.type })
      else this.needDefault(inner, field, 'removed')
    }
    const olderFields = byName(older)
    const added = (newer.fields ?? []).filter(({ name }) => !olderFields.has(name))
    for (const field of added) this.needDefault(join(path, field.name), field, 'added')
  }

  /** A version that has the field also reads records without it, so it needs a default. */
  private needDefault(path: string, field: SchemaField, what: 'added' | 'removed'): void {
    if (field.default === undefined) this.add(path, `${what} without a default`)
  }

  private compareSymbols(path: string, older: ComplexSchema, newer: ComplexSchema): void {
    const [before, after] = [older.symbols ?? [], newer.symbols ?? []]
    const added = after.filter((symbol) => !before.includes(symbol))
    const removed = before.filter((symbol) => !after.includes(symbol))
    if (added.length > 0 && older.default === undefined) {
      this.add(path, `symbol ${added.join(', ')} added, and the older enum has no default`)
    }
    if (removed.length > 0 && newer.default === undefined) {
      this.add(path, `symbol ${removed.join(', ')} removed, and the newer enum has no default`)
    }
  }

  /** Each version must have a branch that reads every branch of the other. */
  private compareBranches(path: string, older: Schema[], newer: Schema[]): void {
    const before = new Map(older.map((s) => [labelOf(resolved(s, this.olderTypes)), s]))
    const after = new Map(newer.map((s) => [labelOf(resolved(s, this.newerTypes)), s]))
    if (!canRead(before, after) || !canRead(after, before)) {
      const [from, to] = [[...before.keys()].join(' or '), [...after.keys()].join(' or ')]
      this.add(path, `type changed from ${from} to ${to}`)
    }
    for (const [label, schema] of before) {
      const other = after.get(label)
      if (other !== undefined) this.compare({ path, older: schema, newer: other })
    }
  }

  private add(path: string, reason: string): void {
    this.reasons.push(`${path === '' ? 'record' : path}: ${reason}`)
  }
}

/** Avro's type promotions: the writer's type, and what else it may be read as. */
const PROMOTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['int', ['long', 'float', 'double']],
  ['long', ['float', 'double']],
  ['float', ['double']],
  ['string', ['bytes']],
  ['bytes', ['string']],
])

type Labels = ReadonlyMap<string, Schema>

function canRead(reader: Labels, writer: Labels): boolean {
  const isRead = (label: string) =>
    reader.has(label) || (PROMOTIONS.get(label)?.some((wider) => reader.has(wider)) ?? false)
  return [...writer.keys()].every(isRead)
}

/** The definition behind a reference; primitives become `{ type }`. */
function resolved(schema: Schema, types: NamedTypes): ComplexSchema | Schema[] {
  return typeof schema === 'string' ? (types.get(schema) ?? { type: schema }) : schema
}

/** A type's name in messages; types with different labels can't be read as each other. */
function labelOf(schema: ComplexSchema | Schema[]): string {
  if (Array.isArray(schema)) return 'union'
  const { type, name, logicalType, size } = schema
  if (name !== undefined) return `${String(type)} ${name}${size ? ` of ${size} bytes` : ''}`
  return logicalType === undefined ? String(type) : `${String(type)} (${logicalType})`
}

function branches(schema: ComplexSchema | Schema[]): Schema[] {
  return Array.isArray(schema) ? schema : [schema]
}

function byName(schema: ComplexSchema): Map<string, SchemaField> {
  return new Map((schema.fields ?? []).map((field) => [field.name, field]))
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`
}
