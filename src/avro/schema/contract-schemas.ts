import { readFileSync } from 'node:fs'
import type { Event } from '../../event/event.ts'
import { isPluginEvent } from '../../event/guards.ts'
import { INVENTORY_KINDS, type Kinds, kindNames } from '../../event/kinds.ts'
import { type ComplexSchema, fullNameOf, type Schema } from './schema.ts'

/** One record schema of the contract with producers, as it is registered. */
export interface ContractSchema {
  /** Such as `inventory_events.InventoryReceived`. */
  fullName: string
  /** The inventory kind; undefined for plugin events and unknown kinds, whose name is in the payload. */
  name: string | undefined
  /** The topic its records are published to. */
  topicFamily: 'inventory' | 'plugin'
  /** A topic that its events are published to instead. */
  topic: string | undefined
  /** Whether it is a user's own. */
  isOwn: boolean
  /** Self-contained: shared types are defined where they are first used. */
  schema: ComplexSchema
  /** The schema as JSON text. */
  text: string
}

/** Of this package's own records. */
export const NAMESPACE = 'inventory_events'
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

/** The kinds that are known, and the schemas that their events are written with. */
export interface Contract {
  readonly kinds: Kinds
  readonly schemas: readonly ContractSchema[]
  ofRecord(fullName: string): ContractSchema | undefined
  /** The schema that an event is encoded with. */
  of(event: Event): ContractSchema
}

/** Plugin events and unknown kinds have schemas whatever the kinds are. */
export function createContract(kinds: Kinds, ofKinds: readonly ContractSchema[]): Contract {
  const schemas = [
    ...ofKinds,
    read('plugin-event', 'plugin', undefined),
    read('unknown-event', 'inventory', undefined),
  ]
  const byName = new Map<unknown, ContractSchema>(ofKinds.map((schema) => [schema.name, schema]))
  const byRecord = new Map(schemas.map((schema) => [schema.fullName, schema]))
  const [ofPluginEvents, ofUnknownEvents] = [PLUGIN_EVENT, UNKNOWN_EVENT].map((fullName) =>
    byRecord.get(fullName),
  ) as [ContractSchema, ContractSchema]
  return {
    kinds,
    schemas,
    ofRecord: (fullName) => byRecord.get(fullName),
    of(event) {
      if (isPluginEvent(event)) return ofPluginEvents
      return byName.get(event.kind) ?? ofUnknownEvents
    },
  }
}

let builtIn: Contract | undefined

/** The contract of this package alone. */
export function builtInContract(): Contract {
  builtIn ??= createContract(INVENTORY_KINDS, inventorySchemas())
  return builtIn
}

/** The schemas of the inventory kinds. */
export function inventorySchemas(): ContractSchema[] {
  return kindNames(INVENTORY_KINDS).map((kind) =>
    read(kind.replaceAll('.', '-'), 'inventory', kind),
  )
}

function read(
  file: string,
  topicFamily: ContractSchema['topicFamily'],
  name: string | undefined,
): ContractSchema {
  const schema = withSharedTypes(parse(file))
  const fullName = fullNameOf(schema.name as string, NAMESPACE)
  const text = JSON.stringify(schema)
  return { fullName, name, topicFamily, topic: undefined, isOwn: false, schema, text }
}

function parse(file: string): Schema {
  return JSON.parse(readFileSync(new URL(`${file}.avsc`, FOLDER), 'utf8')) as Schema
}

/** The schema with the definition of each shared type in place of the first reference to it. */
export function withSharedTypes(schema: Schema): ComplexSchema {
  return expand(schema, new Set()) as ComplexSchema
}

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
