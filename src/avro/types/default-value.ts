import type { JsonObject, JsonValue } from '../../event/json.ts'
import {
  type FieldNode,
  isJsonValue,
  isNullable,
  type PrimitiveNode,
  type TypeNode,
} from '../schema/type-node.ts'
import { setOwn } from './containers.ts'
import { comparedTime, comparedUnit } from './content-scalars.ts'
import type { OutputField } from './generate.ts'

/**
 * When a field counts as missing: at its default, or at null unless the default is another value.
 */
export function omission(field: FieldNode): Pick<OutputField, 'omitsNull' | 'isOmitted'> {
  const value = defaultOf(field)
  if (value === undefined || value === null) {
    return { omitsNull: isNullable(field.type), isOmitted: undefined }
  }
  return { omitsNull: false, isOmitted: (other) => isSame(other, value) }
}

/** Defaults converted so far; undefined during conversion, since a default may contain itself. */
const found = new WeakMap<FieldNode, JsonValue | undefined>()

/**
 * A field's default, converted as the content reader converts values. Undefined if there is none or
 * if it does not fit the type.
 */
export function defaultOf(field: FieldNode): JsonValue | undefined {
  if (found.has(field)) return found.get(field)
  found.set(field, undefined)
  const value = contentOf(field.type, field.default)
  found.set(field, value)
  return value
}

function contentOf(type: TypeNode, json: unknown): JsonValue | undefined {
  switch (type.type) {
    case 'null':
      return json === null ? null : undefined
    case 'boolean':
      return typeof json === 'boolean' ? json : undefined
    case 'int':
    case 'long':
      return integer(type, json)
    case 'float':
      return typeof json === 'number' ? Math.fround(json) : undefined
    case 'double':
      return typeof json === 'number' ? json : undefined
    case 'string':
      return typeof json === 'string' ? json : undefined
    case 'bytes':
    case 'fixed':
      return typeof json === 'string' ? Buffer.from(json, 'latin1').toString('base64') : undefined
    case 'enum':
      return type.symbols.includes(json as string) ? (json as string) : undefined
    case 'array':
      return Array.isArray(json) ? list(type.items, json) : undefined
    case 'map':
      return isObject(json) ? map(type.values, json) : undefined
    case 'union':
      return firstOf(type.branches, json)
    case 'record':
      return isObject(json) ? record(type, json) : undefined
  }
}

function integer({ logical }: PrimitiveNode, json: unknown): JsonValue | undefined {
  if (!Number.isInteger(json)) return undefined
  const number = json as number
  const count = Number.isSafeInteger(number) ? number : BigInt(number)
  const unit = comparedUnit(logical, undefined)
  if (unit !== undefined) return comparedTime(unit, count)
  return typeof count === 'number' ? count : count.toString()
}

function list(items: TypeNode, json: readonly unknown[]): JsonValue | undefined {
  const values = json.map((item) => contentOf(items, item))
  return values.every((value) => value !== undefined) ? values : undefined
}

function map(type: TypeNode, json: object): JsonValue | undefined {
  const values: JsonObject = {}
  for (const [key, inner] of Object.entries(json)) {
    const value = contentOf(type, inner)
    if (value === undefined) return undefined
    setOwn(values, key, value)
  }
  return values
}

function record(type: Extract<TypeNode, { type: 'record' }>, json: object): JsonValue | undefined {
  const values: JsonObject = {}
  for (const field of type.fields) {
    const isGiven = Object.hasOwn(json, field.name)
    const value = isGiven ? contentOf(field.type, memberOf(json, field.name)) : defaultOf(field)
    if (value === undefined) return undefined
    if (isJsonValue(type)) return value
    const { omitsNull, isOmitted } = omission(field)
    const isLeftOut = (omitsNull && value === null) || isOmitted?.(value)
    if (!isLeftOut) setOwn(values, field.name, value)
  }
  return values
}

function firstOf(branches: readonly TypeNode[], json: unknown): JsonValue | undefined {
  for (const branch of branches) {
    const value = contentOf(branch, json)
    if (value !== undefined) return value
  }
  return undefined
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function isSame(a: unknown, b: JsonValue): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [ours, theirs] = [Object.keys(a), Object.keys(b)]
  return (
    Array.isArray(a) === Array.isArray(b) &&
    ours.length === theirs.length &&
    ours.every((key) => Object.hasOwn(b, key) && isSame(memberOf(a, key), memberOf(b, key)))
  )
}

function memberOf(object: object, key: string): JsonValue {
  return (object as Record<string, JsonValue>)[key] as JsonValue
}
