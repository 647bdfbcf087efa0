import type {
  Entity,
  EntityChanges,
  InventoryEvent,
  InventoryKind,
  Node,
  PluginEvent,
} from '../event.ts'

/** The rule for a field's value. */
export type FieldRule =
  /** Any string. */
  | 'string'
  /** A string that keys or joins events, so it must be neither empty nor longer than a key. */
  | 'id'
  /** RFC 3339, at most six fraction digits. */
  | 'time'
  | 'number'
  | 'node-type'
  | 'json'
  /** A map of string to any JSON value. */
  | 'json-object'
  | { scalar: ScalarRule }
  | { listOf: FieldRule }
  | { mapOf: FieldRule }
  /** The first that a value fits is its rule. */
  | { oneOf: readonly FieldRule[] }
  | { record: RecordShape }
  | { optional: FieldRule }

/** The rule of a value of a user's own schema that is no list, map or record. */
export interface ScalarRule {
  /** For messages: `a date such as 2026-01-31`. */
  readonly expected: string
  accepts(value: unknown): boolean
  /** The types that a value may have in JSON. */
  readonly types: readonly ScalarType[]
  /** The only values, if they are few. */
  readonly symbols?: readonly string[]
  /** Whether comparing two values as JSON gives their order. It does not for decimals as text. */
  readonly isOrdered: boolean
}

export type ScalarType = 'string' | 'number' | 'boolean' | 'null'

export type RecordShape = { readonly [field: string]: FieldRule }

/** Has exactly the fields of `T`, with `optional` rules for exactly its optional fields. */
type ShapeOf<T> = {
  readonly [F in keyof T]-?: undefined extends T[F]
    ? { optional: FieldRule }
    : Exclude<FieldRule, { optional: FieldRule }>
}

type EventOfKind<K extends InventoryKind> = Omit<Extract<InventoryEvent, { kind: K }>, 'kind'>

const NODE = {
  id: 'id',
  name: 'string',
  type: 'node-type',
} as const satisfies ShapeOf<Node>

const ENTITY = {
  id: 'id',
  name: 'string',
  productId: 'string',
  quantity: { optional: 'number' },
  attributes: { optional: 'json-object' },
} as const satisfies ShapeOf<Entity>

const KEYED_VALUE = { key: 'string', value: 'json' } as const

const CHANGES = {
  attributes: {
    record: {
      add: { listOf: { record: KEYED_VALUE } },
      updated: { listOf: { record: KEYED_VALUE } },
      removed: { listOf: 'string' },
    } satisfies ShapeOf<EntityChanges['attributes']>,
  },
  correlations: {
    record: {
      add: { listOf: 'string' },
      updated: { listOf: 'string' },
      removed: { listOf: 'string' },
    } satisfies ShapeOf<EntityChanges['correlations']>,
  },
  spawns: {
    record: { add: { listOf: 'string' } } satisfies ShapeOf<EntityChanges['spawns']>,
  },
} as const satisfies ShapeOf<EntityChanges>

const entity = { record: ENTITY } as const
const node = { record: NODE } as const
const base = { id: 'id', time: 'time', transactionId: 'string', flowId: 'string' } as const
const names = { listOf: 'string' } as const
const ids = { listOf: 'id' } as const

/** The fields of each kind, without `kind` itself. */
export const SHAPE_OF_KIND: { readonly [K in InventoryKind]: ShapeOf<EventOfKind<K>> } = {
  'inventory.received': { ...base, entity, node },
  'inventory.produced': { ...base, entity, node },
  'inventory.modified': { ...base, entityId: 'id', changes: { record: CHANGES } },
  'inventory.moved': { ...base, entity, from: node, to: node },
  'inventory.bundled': { ...base, entity, from: node, to: node },
  'inventory.destroyed': { ...base, entityId: 'id' },
  'inventory.wasted': { ...base, entityId: 'id', reason: { optional: 'string' } },
  'inventory.merged': {
    ...base,
    mergedEntity: entity,
    sourceEntityIds: ids,
    sourceEntityNames: names,
    node,
  },
  'inventory.merge.reverted': {
    ...base,
    revertedEntityId: 'id',
    restoredEntityIds: ids,
    restoredEntityNames: names,
    node,
  },
  'inventory.restored': {
    ...base,
    restoredEntityId: 'id',
    sourceEntityId: 'id',
    sourceEntityName: 'string',
    node,
  },
}

export const PLUGIN_EVENT_SHAPE = {
  name: 'id',
  id: 'id',
  time: 'time',
  args: { listOf: 'json' },
  kwargs: 'json-object',
} as const satisfies ShapeOf<Omit<PluginEvent, 'kind'>>
