import { placeIn, valueAt } from '../../event/path.ts'
import type { Tap } from '../binary/avsc.ts'
import { blockCount } from '../binary/blocks.ts'
import { assertInside, skipBytes } from '../binary/text.ts'
import { matchingBranch } from '../schema/matches.ts'
import {
  isJsonValue,
  isNullable,
  labelOf,
  type RecordNode,
  type TypeNode,
} from '../schema/type-node.ts'
import { resolvedReader, shownReader } from '../types/compile-reader.ts'
import { defaultOf } from '../types/default-value.ts'
import { inTurn } from '../types/generate.ts'
import type { Read } from '../types/scalars.ts'
import { skipOf } from '../types/skip.ts'
import { leavesOf, type PathTree } from './path-tree.ts'

/** Reads one value to its end and puts the selected parts into slots. */
export type FieldPicker = (tap: Tap, slots: unknown[]) => void

/** A writer's type and the type that reads it; without a reader the value is read as written. */
interface Types<W extends TypeNode = TypeNode> {
  reader: TypeNode | undefined
  writer: W
  /** Whether the value is an optional field of a record: null then means a missing value. */
  isOptional: boolean
}

/**
 * Resolves the reader's type against the writer's, as the decoder does for whole values. Throws if
 * no value can be read.
 */
export function createPick(branch: PathTree, types: Types): FieldPicker {
  const { writer, isOptional } = types
  if (writer.type === 'union') return unionPick(branch, types, writer.branches)
  const reader = types.reader && matchingBranch(writer, types.reader)
  if (reader === undefined && types.reader !== undefined) {
    throw new Error(`cannot read ${labelOf(writer)} as ${labelOf(types.reader)}`)
  }
  switch (writer.type) {
    case 'null':
      return constant(branch, isOptional ? undefined : null)
    case 'record':
      return isJsonValue(reader ?? writer)
        ? jsonPick(branch, writer, isOptional)
        : recordPick(branch, writer, reader as RecordNode | undefined)
    case 'map':
      return withEmpty(branch, EMPTY_MAP, mapPick(branch, { writer, reader, isOptional }))
    case 'array':
      return withEmpty(branch, EMPTY_LIST, listPick(branch, { writer, reader, isOptional }))
    default:
      return scalarPick(branch, reader ? resolvedReader(writer, reader) : shownReader(writer))
  }
}

/** A JSON value is read as written: its union may have other branches in the writer's schema. */
function jsonPick(branch: PathTree, { fields }: RecordNode, isOptional: boolean): FieldPicker {
  const [field] = fields
  return createPick(branch, { reader: undefined, writer: field?.type as TypeNode, isOptional })
}

/** With `isWhole` false, reading stops after the last selected field. */
export function recordPick(
  branch: PathTree,
  writer: RecordNode,
  reader: RecordNode | undefined,
  isWhole = true,
): FieldPicker {
  const readerFields = new Map((reader ?? writer).fields.map(({ name, type }) => [name, type]))
  const steps = writer.fields.map(({ name, type }): FieldPicker | undefined => {
    const [child, read] = [branch.inner.get(name), readerFields.get(name)]
    if (child === undefined || read === undefined) return undefined
    const isOptional = isNullable(read)
    return createPick(child, { reader: reader && read, writer: type, isOptional })
  })
  const end = isWhole ? steps.length : steps.findLastIndex((step) => step !== undefined) + 1
  const preset = withEmpty(branch, EMPTY_MAP, defaultsPick(branch, writer, reader))
  const skips = writer.fields.slice(0, end).map(({ type }, i) => steps[i] ?? skipOf(type))
  return inTurn<FieldPicker>([preset, ...skips])
}

/** Sets the reader's defaults for fields that the writer's schema does not have. */
function defaultsPick(
  branch: PathTree,
  writer: RecordNode,
  reader: RecordNode | undefined,
): FieldPicker {
  const written = new Set(writer.fields.map(({ name }) => name))
  const missing = (reader?.fields ?? []).filter(({ name }) => !written.has(name))
  const presets = missing.flatMap((field) => {
    const child = branch.inner.get(field.name)
    if (child === undefined) return []
    const value = defaultOf(field)
    if (value === null && isNullable(field.type)) return []
    return leavesOf(child).map(({ slot, path }) => ({ slot, value: brief(valueAt(value, path)) }))
  })
  return (_tap, slots) => {
    for (const { slot, value } of presets) slots[slot] = value
  }
}

function unionPick(branch: PathTree, types: Types, branches: readonly TypeNode[]): FieldPicker {
  const picks = branches.map((writer) => pickOrThrow(branch, { ...types, writer }))
  return (tap, slots) => {
    const index = tap.readLong()
    const pick = picks[index]
    if (pick === undefined) throw new Error(`a union has no branch ${index}`)
    pick(tap, slots)
  }
}

/** A branch that can't be read is an error only for values of that branch. */
function pickOrThrow(branch: PathTree, types: Types): FieldPicker {
  try {
    return createPick(branch, types)
  } catch (error) {
    return () => {
      throw error
    }
  }
}

type MapNode = Extract<TypeNode, { type: 'map' }>
type ArrayNode = Extract<TypeNode, { type: 'array' }>

function mapPick(branch: PathTree, { reader, writer }: Types<MapNode>): FieldPicker {
  const skipValue = skipOf(writer.values)
  const values = {
    reader: (reader as MapNode | undefined)?.values,
    writer: writer.values,
    isOptional: false,
  }
  const entries: Entry[] = [...branch.inner].map(([key, child]) => ({
    key: Buffer.from(key),
    pick: createPick(child, values),
    slots: leavesOf(child).map(({ slot }) => slot),
  }))
  if (entries.length === 0) return skipOf(writer)
  return (tap, slots) => {
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      while (left-- > 0) {
        const entry = entryAt(tap, entries)
        if (entry === undefined) skipValue(tap)
        else replace(entry, tap, slots)
        assertInside(tap)
      }
    }
  }
}

interface Entry {
  key: Buffer
  pick: FieldPicker
  /** Every slot that the pick may set. */
  slots: readonly number[]
}

/** Returns the entry for the next key. Keys are compared as bytes, because most are not selected. */
function entryAt(tap: Tap, entries: readonly Entry[]): Entry | undefined {
  const length = tap.readLong()
  const start = tap.pos
  skipBytes(tap, length)
  for (const entry of entries) {
    if (entry.key.length === length && isAt(entry.key, tap.buf, start)) return entry
  }
  return undefined
}

function isAt(key: Buffer, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key[i]) return false
  return true
}

/** The last value of a repeated key wins. */
function replace(entry: Entry, tap: Tap, slots: unknown[]): void {
  for (const slot of entry.slots) slots[slot] = undefined
  entry.pick(tap, slots)
}

function listPick(branch: PathTree, { reader, writer }: Types<ArrayNode>): FieldPicker {
  const skipItem = skipOf(writer.items)
  const items = {
    reader: (reader as ArrayNode | undefined)?.items,
    writer: writer.items,
    isOptional: false,
  }
  const picks = new Map<number, FieldPicker>()
  for (const [segment, child] of branch.inner) {
    const place = placeIn(segment)
    if (place !== undefined) picks.set(place, createPick(child, items))
  }
  if (picks.size === 0) return skipOf(writer)
  return (tap, slots) => {
    let place = 0
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      for (; left > 0; left--, place++) {
        const pick = picks.get(place)
        if (pick === undefined) skipItem(tap)
        else pick(tap, slots)
        assertInside(tap)
      }
    }
  }
}

function scalarPick({ slots: own }: PathTree, read: Read): FieldPicker {
  return (tap, slots) => {
    const value = read(tap)
    for (const slot of own) slots[slot] = value
  }
}

function constant({ slots: own }: PathTree, value: unknown): FieldPicker {
  return (_tap, slots) => {
    for (const slot of own) slots[slot] = value
  }
}

/** Lists and maps are not built: a slot that selects a whole one holds an empty one. */
function withEmpty(branch: PathTree, empty: unknown, pick: FieldPicker): FieldPicker {
  if (branch.slots.length === 0) return pick
  const put = constant(branch, empty)
  return (tap, slots) => {
    put(tap, slots)
    pick(tap, slots)
  }
}

const EMPTY_MAP: unknown = Object.freeze({})
const EMPTY_LIST: unknown = Object.freeze([])

/** A value as a slot holds it: an empty list or map stands for any list or map. */
export function brief(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? EMPTY_LIST : EMPTY_MAP
}
