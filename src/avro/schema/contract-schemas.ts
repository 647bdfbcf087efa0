import { readFileSync } from 'node:fs'
import type { Event } from '../../event/event.ts'
import { isPluginEvent } from '../../event/guards.ts'
import { INVENTORY_KINDS } from '../../event/kinds.ts'
import { type ComplexSchema, fullNameOf, type Schema } from './schema.ts'

/** One record schema of the contract with producers, as it is registered. */
export interface ContractSchema {
  /** Such as `inventory_events.InventoryReceived`. */
  fullName: string
  /** The inventory kind; undefined for plugin events and unknown kinds, whose name is in the payload. */
  name: string | undefined
  /** The topic its records are published to. */
  topicFamily: 'inventory' | 'plugin'
  /** Self-contained: shared types are defined where they are first used. */
  schema: ComplexSchema
  /** The schema as JSON text. */
  text: string
}

const NAMESPACE = 'inventory_events'
export const PLUGIN_EVENT = `${NAMESPACE}.PluginEvent`
export const UNKNOWN_EVENT = `${NAMESPACE}.UnknownEvent`

/** The relative path is the same from `src/avro/schema` and from `dist/avro/schema`. */
const FOLDER = new URL('../../../schemas/', import.meta.url)

const SHARED_FILES: ReadonlyMap<string, string> = new Map([
  [`${NAMESPACE}.Entity`, 'entity'],
  [`${NAMESPACE}.Node`, 'node'],
  [`${NAMESPACE}.EntityChanges`, 'entity-changes'],
  [`${NAMESPACE}.JsonValue`, 'json-value'],
])

let loaded: ReadonlyMap<string, ContractSchema> | undefined
let byKind: ReadonlyMap<unknown, ContractSchema> | undefined

/** Every record schema of the contract: the ten inventory kinds, plugin events, unknown kinds. */
export function contractSchemas(): ContractSchema[] {
  return [...byFullName().values()]
}

export function contractSchema(fullName: string): ContractSchema | undefined {
  return byFullName().get(fullName)
}

/** The schema that an event is encoded with. */
export function contractSchemaOf(event: Event): ContractSchema {
  byKind ??= new Map(contractSchemas().map((schema) => [schema.name, schema]))
  const ofKind = event.kind === undefined ? undefined : byKind.get(event.kind)
  if (ofKind !== undefined) return ofKind
  return contractSchema(isPluginEvent(event) ? PLUGIN_EVENT : UNKNOWN_EVENT) as ContractSchema
}

function byFullName(): ReadonlyMap<string, ContractSchema> {
  loaded ??= new Map(load().map((schema) => [schema.fullName, schema]))
  return loaded
}

function load(): ContractSchema[] {
  return [
    ...INVENTORY_KINDS.map((kind) => read(kind.replaceAll('.', '-'), 'inventory', kind)),
    read('plugin-event', 'plugin', undefined),
    read('unknown-event', 'inventory', undefined),
  ]
}

function read(
  file: string,
  topicFamily: ContractSchema['topicFamily'],
  name: string | undefined,
): ContractSchema {
  const schema = expand(parse(file), new Set()) as ComplexSchema
  const fullName = fullNameOf(schema.name as string, NAMESPACE)
  return { fullName, name, topicFamily, schema, text: JSON.stringify(schema) }
}

function parse(file: string): Schema {
  return JSON.parse(readFileSync(new URL(`${file}.avsc`, FOLDER), 'utf8')) as Schema
}

/** Replaces the first reference to a shared type with its definition. */
function expand(schema: Schema, defined: Set<string>): Schema {
  if (typeof schema === 'string') return expandReference(schema, defined)
  if (Array.isArray(schema)) return schema.map((branch) => expand(branch, defined))
  if (schema.name !== undefined) defined.add(fullNameOf(schema.name, NAMESPACE))
  const { fields, items, values } = schema
  return {
    ...schema,
    ...(fields && { fields: fields.map((f) => ({ ...f, type: expand(f.type, defined) })) }),
    ...(items && { items: expand(items, defined) }),
    ...(values && { values: expand(values, defined) }),
  }
}

function expandReference(name: string, defined: Set<string>): Schema {
  const file = SHARED_FILES.get(name)
  return file === undefined || defined.has(name) ? name : expand(parse(file), defined)
}
