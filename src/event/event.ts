import type { JsonObject, JsonValue } from './json.ts'

/** The fields of every inventory event. */
export interface BaseEvent {
  /** Unique per event; any non-empty string. A producer keeps it on every retry. */
  id: string
  kind: string
  /** RFC 3339 in UTC, at most six fraction digits. */
  time: string
  /** Groups events that belong to one transaction. */
  transactionId: string
}

export interface Entity {
  id: string
  /** A code such as `BATCH-001`. */
  name: string
  productId: string
  quantity?: number
  attributes?: JsonObject
}

export interface Node {
  id: string
  name: string
  type: NodeType
}

/** `unknown` stands for a type written by a newer producer that this version does not know. */
export type NodeType = 'stage' | 'container' | 'bundle' | 'unknown'

export interface KeyedValue {
  key: string
  value: JsonValue
}

export interface EntityChanges {
  attributes: { add: KeyedValue[]; updated: KeyedValue[]; removed: string[] }
  correlations: { add: string[]; updated: string[]; removed: string[] }
  spawns: { add: string[] }
}

interface InventoryBase extends BaseEvent {
  flowId: string
}

export interface InventoryReceivedEvent extends InventoryBase {
  kind: 'inventory.received'
  entity: Entity
  node: Node
}

export interface InventoryProducedEvent extends InventoryBase {
  kind: 'inventory.produced'
  entity: Entity
  node: Node
}

export interface InventoryModifiedEvent extends InventoryBase {
  kind: 'inventory.modified'
  entityId: string
  changes: EntityChanges
}

export interface InventoryMovedEvent extends InventoryBase {
  kind: 'inventory.moved'
  entity: Entity
  from: Node
  to: Node
}

export interface InventoryBundledEvent extends InventoryBase {
  kind: 'inventory.bundled'
  entity: Entity
  from: Node
  to: Node
}

export interface InventoryDestroyedEvent extends InventoryBase {
  kind: 'inventory.destroyed'
  entityId: string
}

export interface InventoryWastedEvent extends InventoryBase {
  kind: 'inventory.wasted'
  entityId: string
  reason?: string
}

export interface InventoryMergedEvent extends InventoryBase {
  kind: 'inventory.merged'
  mergedEntity: Entity
  sourceEntityIds: string[]
  sourceEntityNames: string[]
  node: Node
}

export interface InventoryMergeRevertedEvent extends InventoryBase {
  kind: 'inventory.merge.reverted'
  revertedEntityId: string
  restoredEntityIds: string[]
  restoredEntityNames: string[]
  node: Node
}

export interface InventoryRestoredEvent extends InventoryBase {
  kind: 'inventory.restored'
  restoredEntityId: string
  sourceEntityId: string
  sourceEntityName: string
  node: Node
}

export type InventoryEvent =
  | InventoryReceivedEvent
  | InventoryProducedEvent
  | InventoryModifiedEvent
  | InventoryMovedEvent
  | InventoryBundledEvent
  | InventoryDestroyedEvent
  | InventoryWastedEvent
  | InventoryMergedEvent
  | InventoryMergeRevertedEvent
  | InventoryRestoredEvent

export type InventoryKind = InventoryEvent['kind']

/** An InvenTree-style event: a name, positional and keyword arguments. */
export interface PluginEvent {
  /** Created once by the producer (UUIDv7 advised) and kept on every retry. */
  id: string
  name: string
  time: string
  args: JsonValue[]
  kwargs: JsonObject
  /** Always absent, so that `event.kind` distinguishes plugin events from inventory events. */
  kind?: never
}

declare const unknownKind: unique symbol

/**
 * A string that is none of the ten kinds. It is not typed `string`, because comparing `event.kind`
 * with a kind would then no longer narrow the event to that kind.
 */
export interface UnknownKind {
  readonly [unknownKind]: true
  toString(): string
  startsWith(prefix: string): boolean
}

/**
 * An event of a kind that this version has no schema for: its fields as they were published. Of a
 * record outside the contract, `payload` has them all unchanged, also an id, kind or time of its own.
 */
export interface UnknownEvent {
  id: string
  kind: UnknownKind
  time: string
  [field: string]: unknown
}

/** The event that a plugin's handler gets. */
export type Event = InventoryEvent | PluginEvent | UnknownEvent
