import type { Event, InventoryEvent, InventoryKind, UnknownEvent } from './event.ts'
import { isPluginEvent, isUnknownEvent } from './guards.ts'
import { pluginEventKey } from './plugin-event-key.ts'

type EventOfKind<K extends InventoryKind> = Extract<InventoryEvent, { kind: K }>

/** The id of the entity that an event of each kind is about. */
const ENTITY_ID: { [K in InventoryKind]: (event: EventOfKind<K>) => string } = {
  'inventory.received': (event) => event.entity.id,
  'inventory.produced': (event) => event.entity.id,
  'inventory.modified': (event) => event.entityId,
  'inventory.moved': (event) => event.entity.id,
  'inventory.bundled': (event) => event.entity.id,
  'inventory.destroyed': (event) => event.entityId,
  'inventory.wasted': (event) => event.entityId,
  'inventory.merged': (event) => event.mergedEntity.id,
  'inventory.merge.reverted': (event) => event.revertedEntityId,
  'inventory.restored': (event) => event.restoredEntityId,
}

/**
 * The key of the event's record; events with the same key are kept in order. The entity's id for
 * inventory events, `<model>:<pk>` for plugin events, or the event's own id if it is about no entity.
 */
export function entityKey(event: Event): string {
  if (isPluginEvent(event)) return pluginEventKey(event) ?? event.id
  if (isUnknownEvent(event)) return guessedEntityId(event) ?? event.id
  const entityId = ENTITY_ID[event.kind] as (event: InventoryEvent) => string
  return entityId(event)
}

/** The entity of a kind without a schema, if the event names it as the known kinds do. */
function guessedEntityId(event: UnknownEvent): string | undefined {
  const entity = event.entity as { id?: unknown } | null | undefined
  const guesses = [event.entityId, typeof entity === 'object' ? entity?.id : undefined]
  return guesses.find((guess): guess is string => typeof guess === 'string' && guess !== '')
}
