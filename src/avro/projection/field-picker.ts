import { placeIn, valueAt } from '../../event/path.ts'
import type { AvroType, Reader, Tap } from '../types/avsc.ts'
import { assertInside, blockCount } from '../types/containers.ts'
import { isNullable, JsonValueRecord, PlainRecord } from '../types/records.ts'
import { leavesOf, type PathTree } from './path-tree.ts'

/** Reads one value to its end and puts the selected parts into slots. */
export type FieldPicker = (tap: Tap, slots: unknown[]) => void

/** A writer's type and the type that reads it; without a reader the value is read as written. */
interface Types {
  reader: AvroType | undefined
  writer: AvroType
  /** Whether the value is an optional field of a record: null then means a missing value. */
  isOptional: boolean
}

/**
 * Resolves the reader's type against the writer's, as avsc does for whole values. Throws if avsc
 * can't resolve them.
 */
export function createPick(branch: PathTree, types: Types): FieldPicker {
  const { reader, writer, isOptional } = types
  if (writer instanceof JsonValueRecord) {
    // A JSON value is read as written: its union may have other branches in the writer's schema.
    return createPick(branch, { reader: undefined, writer: valueTypeOf(writer), isOptional })
  }
  if (writer.types !== undefined) return unionPick(branch, types, writer.types)
  if (writer.typeName === 'null') return constant(branch, isOptional ? undefined : null)
  if (reader?.types !== undefined) {
    return createPick(branch, { ...types, reader: firstThatReads(writer, reader.types) })
  }
  if (fieldsOf(writer) !== undefined) return recordPick(branch, types)
  if (writer.typeName === 'map') return withEmpty(branch, EMPTY_MAP, mapPick(branch, types))
  if (writer.typeName === 'array') return withEmpty(branch, EMPTY_LIST, listPick(branch, types))
  return scalarPick(branch, reader === undefined ? writer : reader.createResolver(writer))
}

/** With `isWhole` false, reading stops after the last selected field. */
export function recordPick(
  branch: PathTree,
  { reader, writer }: Types,
  isWhole = true,
): FieldPicker {
  const readerFields = new Map(fieldsOf(reader ?? writer)?.map((field) => [field.name, field.type]))
  const steps = (fieldsOf(writer) ?? []).map(({ name, type }): FieldPicker | undefined => {
    const [child, read] = [branch.inner.get(name), readerFields.get(name)]
    if (child === undefined || read === undefined) return undefined
    const isOptional = isNullable(read)
    return createPick(child, { reader: reader && read, writer: type, isOptional })
  })
  const skips = (fieldsOf(writer) ?? []).map(({ type }) => type)
  const end = isWhole ? steps.length : steps.findLastIndex((step) => step !== undefined) + 1
  const preset = withEmpty(branch, EMPTY_MAP, defaultsPick(branch, { reader, writer }))
  return inTurn([preset, ...steps.slice(0, end).map((step, i) => step ?? (skips[i] as AvroType))])
}

/**
 * Generates a function that calls the steps one after the other, as avsc does for records. In a
 * loop the single call site would be megamorphic, which is slower.
 */
function inTurn(steps: (FieldPicker | AvroType)[]): FieldPicker {
  const names = steps.map((_, i) => `s${i}`)
  const calls = steps.map((step, i) =>
    typeof step === 'function' ? `s${i}(tap, slots)` : `s${i}._skip(tap)`,
  )
  const make = new Function(...names, `return (tap, slots) => { ${calls.join('; ')} }`)
  return make(...steps) as FieldPicker
}

/** Sets the reader's defaults for fields that the writer's schema does not have. */
function defaultsPick(
  branch: PathTree,
  { reader, writer }: Omit<Types, 'isOptional'>,
): FieldPicker {
  const written = new Set(fieldsOf(writer)?.map(({ name }) => name))
  const missing = (fieldsOf(reader) ?? []).filter(({ name }) => !written.has(name))
  const presets = missing.flatMap(({ name, type, defaultValue }) => {
    const child = branch.inner.get(name)
    if (child === undefined) return []
    const value = defaultValue()
    if (value === null && isNullable(type)) return []
    return leavesOf(child).map(({ slot, path }) => ({ slot, value: brief(valueAt(value, path)) }))
  })
  return (_tap, slots) => {
    for (const { slot, value } of presets) slots[slot] = value
  }
}

function unionPick(branch: PathTree, types: Types, branches: readonly AvroType[]): FieldPicker {
  const picks = branches.map((writer) => createPick(branch, { ...types, writer }))
  return (tap, slots) => {
    const index = tap.readLong()
    const pick = picks[index]
    if (pick === undefined) throw new Error(`a union has no branch ${index}`)
    pick(tap, slots)
  }
}

function mapPick(branch: PathTree, { reader, writer }: Types): FieldPicker {
  const values = { reader: reader?.valuesType, writer: writer.valuesType, isOptional: false }
  const entries: Entry[] = [...branch.inner].map(([key, child]) => ({
    key: Buffer.from(key),
    pick: createPick(child, values),
    slots: leavesOf(child).map(({ slot }) => slot),
  }))
  if (entries.length === 0) return (tap) => writer._skip(tap)
  return (tap, slots) => {
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      while (left-- > 0) {
        const entry = entryAt(tap, entries)
        if (entry === undefined) writer.valuesType._skip(tap)
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
  tap.pos = length < 0 ? tap.buf.length + 1 : start + length
  assertInside(tap)
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

function listPick(branch: PathTree, { reader, writer }: Types): FieldPicker {
  const items = { reader: reader?.itemsType, writer: writer.itemsType, isOptional: false }
  const picks = new Map<number, FieldPicker>()
  for (const [segment, child] of branch.inner) {
    const place = placeIn(segment)
    if (place !== undefined) picks.set(place, createPick(child, items))
  }
  if (picks.size === 0) return (tap) => writer._skip(tap)
  return (tap, slots) => {
    let place = 0
    for (let left = blockCount(tap); left > 0; left = blockCount(tap)) {
      for (; left > 0; left--, place++) {
        const pick = picks.get(place)
        if (pick === undefined) writer.itemsType._skip(tap)
        else pick(tap, slots)
        assertInside(tap)
      }
    }
  }
}

function scalarPick({ slots: own }: PathTree, reader: Reader): FieldPicker {
  return (tap, slots) => {
    const value = reader._read(tap)
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

/** Chooses the first branch that can read the writer's type, as avsc does. */
function firstThatReads(writer: AvroType, branches: readonly AvroType[]): AvroType {
  const reader = branches.find((branch) => canRead(branch, writer))
  if (reader === undefined) throw new Error(`no branch reads ${writer.typeName}`)
  return reader
}

export function canRead(reader: AvroType, writer: AvroType): boolean {
  try {
    reader.createResolver(writer)
    return true
  } catch {
    return false
  }
}

function valueTypeOf(json: AvroType): AvroType {
  return fieldsOf(json)?.[0]?.type as AvroType
}

function fieldsOf(type: AvroType | undefined): AvroType['fields'] {
  const isWrapped = type instanceof PlainRecord || type instanceof JsonValueRecord
  return isWrapped ? type.underlyingType.fields : type?.fields
}
