import type { BaseEvent, Event, InventoryEvent, PluginEvent, UnknownEvent } from './event.ts'
import { INVENTORY_KINDS, type Kinds } from './kinds.ts'

/**
 * Whether the event's `kind` starts with `inventory.`. A kind newer than this version passes too,
 * so give a `switch` over `kind` a default branch.
 */
export function isInventoryEvent(event: BaseEvent | Event): event is InventoryEvent {
  return event.kind?.startsWith('inventory.') === true
}

/** Whether the event is an InvenTree-style one: a name with arguments. */
export function isPluginEvent(event: BaseEvent | Event): event is PluginEvent {
  return event.kind === undefined
}

/** What `isUnknownEvent` compares with: plugins call it with nothing but an event. */
let knownKinds: Kinds = INVENTORY_KINDS

/** The kinds that this process knows. */
export function setKnownKinds(kinds: Kinds): void {
  knownKinds = kinds
}

/** Whether the event is of a kind that has no schema here. */
export function isUnknownEvent(event: Event): event is UnknownEvent {
  return event.kind !== undefined && !knownKinds.has(event.kind)
}

/** The name that filters see: an inventory event's kind or a plugin event's name. */
export function nameOf(event: Event): string {
  return isPluginEvent(event) ? event.name : String(event.kind)
}
