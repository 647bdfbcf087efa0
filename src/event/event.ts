import type { JsonObject, JsonValue } from './json.ts'

/** The fields of every inventory event. */
export interface BaseEvent {
  /** Unique per event; any non-empty string. A producer keeps it on every retry. */
  readonly id: string
  readonly kind: string
  /** RFC 3339 in UTC, at most six fraction digits. */
  readonly time: string
  /** Groups events that belong to one transaction. */
  readonly transactionId: string
}

export interface Entity {
  readonly id: string
  /** A code such as `BATCH-001`. */
  readonly name: string
  readonly productId: string
  readonly quantity?: number
  readonly attributes?: JsonObject
}

export interface Node {
  readonly id: string
  readonly name: string
  readonly type: NodeType
}

/** `unknown` stands for a type written by a newer producer that this version does not know. */
export type NodeType = 'stage' | 'container' | 'bundle' | 'unknown'

export interface KeyedValue {
  readonly key: string
  readonly value: JsonValue
}

export interface EntityChanges {
  readonly attributes: {
    readonly add: readonly KeyedValue[]
    readonly updated: readonly KeyedValue[]
    readonly removed: readonly string[]
  }
  readonly correlations: {
    readonly add: readonly string[]
    readonly updated: readonly string[]
    readonly removed: readonly string[]
  }
  readonly spawns: { readonly add: readonly string[] }
}

interface InventoryBase extends BaseEvent {
  readonly flowId: string
}

export interface InventoryReceivedEvent extends InventoryBase {
  readonly kind: 'inventory.received'
  readonly entity: Entity
  readonly node: Node
}

export interface InventoryProducedEvent extends InventoryBase {
  readonly kind: 'inventory.produced'
  readonly entity: Entity
  readonly node: Node
}

export interface InventoryModifiedEvent extends InventoryBase {
  readonly kind: 'inventory.modified'
  readonly entityId: string
  readonly changes: EntityChanges
}

export interface InventoryMovedEvent extends InventoryBase {
  readonly kind: 'inventory.moved'
  readonly entity: Entity
  readonly from: Node
  readonly to: Node
}

export interface InventoryBundledEvent extends InventoryBase {
  readonly kind: 'inventory.bundled'
  readonly entity: Entity
  readonly from: Node
  readonly to: Node
}

export interface InventoryDestroyedEvent extends InventoryBase {
  readonly kind: 'inventory.destroyed'
  readonly entityId: string
}

export interface InventoryWastedEvent extends InventoryBase {
  readonly kind: 'inventory.wasted'
  readonly entityId: string
  readonly reason?: string
}

export interface InventoryMergedEvent extends InventoryBase {
  readonly kind: 'inventory.merged'
  readonly mergedEntity: Entity
  readonly sourceEntityIds: readonly string[]
  readonly sourceEntityNames: readonly string[]
  readonly node: Node
}

export interface InventoryMergeRevertedEvent extends InventoryBase {
  readonly kind: 'inventory.merge.reverted'
  readonly revertedEntityId: string
  readonly restoredEntityIds: readonly string[]
  readonly restoredEntityNames: readonly string[]
  readonly node: Node
}

export interface InventoryRestoredEvent extends InventoryBase {
  readonly kind: 'inventory.restored'
  readonly restoredEntityId: string
  readonly sourceEntityId: string
  readonly sourceEntityName: string
  readonly node: Node
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

/**
 * The events of kinds of one's own, by kind: `inventory-events schemas types` writes a declaration that
 * adds to it.
 */
// biome-ignore lint/suspicious/noEmptyInterface: what a user declares is merged with it.
export interface OwnEvents {}

export type OwnKind = keyof OwnEvents & string

export type OwnEvent = OwnEvents[OwnKind]

/** An InvenTree-style event: a name, positional and keyword arguments. */
export interface PluginEvent {
  /** Created once by the producer (UUIDv7 advised) and kept on every retry. */
  readonly id: string
  readonly name: string
  readonly time: string
  readonly args: readonly JsonValue[]
  readonly kwargs: JsonObject
  /** Always absent, so that `event.kind` distinguishes plugin events from inventory events. */
  readonly kind?: never
}

declare const unknownKind: unique symbol

/**
 * A string that is none of the known kinds. It is not typed `string`, because comparing `event.kind`
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
  readonly id: string
  readonly kind: UnknownKind
  readonly time: string
  readonly [field: string]: unknown
}

/** The event that a plugin's handler gets. */
export type Event = InventoryEvent | OwnEvent | PluginEvent | UnknownEvent
