import { matchingBranch } from '../schema/matches.ts'
import { parseType } from '../schema/parse-type.ts'
import type { Schema } from '../schema/schema.ts'
import {
  type EnumNode,
  type FieldNode,
  labelOf,
  type RecordNode,
  type TypeNode,
} from '../schema/type-node.ts'
import { defaultOf } from '../types/default-value.ts'
import { canReadScalar } from '../types/resolve-scalar.ts'
import type { ScalarNode } from '../types/scalars.ts'

type Branch = Exclude<TypeNode, { type: 'union' }>

/**
 * Why records of one version can't be read with the other, in both directions (FULL): one line per
 * field, such as `entity.quantity: type changed from double to string`. Empty if our reader can read
 * all values. Changed time units are reported, too: our reader converts them, other consumers don't.
 */
export function explainIncompatibility(older: Schema, newer: Schema): string[] {
  const comparison = new Comparison()
  comparison.compareRoots(parseType(older), parseType(newer))
  return comparison.reasons
}

class Comparison {
  readonly reasons: string[] = []
  /** Pairs of records that are compared already, so that recursive schemas end. */
  readonly #seen = new Map<TypeNode, Set<TypeNode>>()

  /** The service finds a record's schema by its full name. */
  compareRoots(older: TypeNode, newer: TypeNode): void {
    const isOther = older.type === 'record' && newer.type === 'record' && older.name !== newer.name
    if (isOther) this.#addChange('', older, newer)
    else this.#compare('', older, newer)
  }

  #compare(path: string, older: TypeNode, newer: TypeNode): void {
    if (!canRead(older, newer) || !canRead(newer, older)) this.#addChange(path, older, newer)
    for (const branch of branches(older)) {
      const other = matchingBranch(branch, newer)
      if (other !== undefined) this.#compareInside(path, branch, other)
    }
  }

  #compareInside(path: string, older: Branch, newer: Branch): void {
    if (older.type === 'array' && newer.type === 'array') {
      this.#compare(`${path}[]`, older.items, newer.items)
    } else if (older.type === 'map' && newer.type === 'map') {
      this.#compare(`${path}.*`, older.values, newer.values)
    } else if (older.type === 'enum' && newer.type === 'enum') {
      this.#compareSymbols(path, older, newer)
    } else if (older.type === 'record' && newer.type === 'record') {
      this.#compareFieldsOnce(path, older, newer)
    }
  }

  #compareFieldsOnce(path: string, older: RecordNode, newer: RecordNode): void {
    const seen = this.#seen.get(older) ?? new Set()
    if (seen.has(newer)) return
    this.#seen.set(older, seen.add(newer))
    const newerFields = byName(newer)
    for (const field of older.fields) {
      const other = newerFields.get(field.name)
      const inner = join(path, field.name)
      if (other !== undefined) this.#compare(inner, field.type, other.type)
      else this.#needDefault(inner, field, 'removed')
    }
    const olderFields = byName(older)
    const added = newer.fields.filter(({ name }) => !olderFields.has(name))
    for (const field of added) this.#needDefault(join(path, field.name), field, 'added')
  }

  /** A reader that has the field also reads records without it. */
  #needDefault(path: string, field: FieldNode, what: 'added' | 'removed'): void {
    if (field.default === undefined) this.#add(path, `${what} without a default`)
    else if (defaultOf(field) === undefined) {
      this.#add(path, `${what} with a default that is no ${labelOf(field.type)}`)
    }
  }

  #compareSymbols(path: string, older: EnumNode, newer: EnumNode): void {
    const added = newer.symbols.filter((symbol) => !older.symbols.includes(symbol))
    const removed = older.symbols.filter((symbol) => !newer.symbols.includes(symbol))
    if (added.length > 0 && older.fallback === undefined) {
      this.#add(path, `symbol ${added.join(', ')} added, and the older enum has no default`)
    }
    if (removed.length > 0 && newer.fallback === undefined) {
      this.#add(path, `symbol ${removed.join(', ')} removed, and the newer enum has no default`)
    }
  }

  #addChange(path: string, older: TypeNode, newer: TypeNode): void {
    this.#add(path, `type changed from ${labelOf(older)} to ${labelOf(newer)}`)
  }

  #add(path: string, reason: string): void {
    this.reasons.push(`${path === '' ? 'record' : path}: ${reason}`)
  }
}

/** Whether the reader has a branch for every branch of the writer. */
function canRead(writer: TypeNode, reader: TypeNode): boolean {
  return branches(writer).every((branch) => {
    const ours = matchingBranch(branch, reader)
    if (ours === undefined) return false
    return (
      !isScalar(branch) || (hasSameUnit(branch, ours) && canReadScalar(branch, ours as ScalarNode))
    )
  })
}

/** Consumers that take the one for the other are off by a factor of a thousand. */
function hasSameUnit(writer: ScalarNode, reader: Branch): boolean {
  const [its, ours] = [unitOf(writer), unitOf(reader)]
  return its === undefined || ours === undefined || its === ours
}

function unitOf(node: Branch): string | undefined {
  return node.type === 'long' ? node.logical?.name : undefined
}

function isScalar(node: Branch): node is ScalarNode {
  return node.type !== 'record' && node.type !== 'array' && node.type !== 'map'
}

function branches(node: TypeNode): Branch[] {
  return node.type === 'union' ? node.branches.flatMap(branches) : [node]
}

function byName({ fields }: RecordNode): Map<string, FieldNode> {
  return new Map(fields.map((field) => [field.name, field]))
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`
}
