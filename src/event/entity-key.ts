import type { Event, UnknownEvent } from './event.ts'
import { isPluginEvent } from './guards.ts'
import type { Kinds } from './kinds.ts'
import { valueAt } from './path.ts'
import { pluginEventKey } from './plugin-event-key.ts'

/**
 * The key of the event's record; events with the same key are kept in order. The entity's id for
 * events of known kinds, `<model>:<pk>` for plugin events, or the event's own id if it is about no
 * entity.
 */
export function entityKey(kinds: Kinds, event: Event): string {
  if (isPluginEvent(event)) return pluginEventKey(event) ?? event.id
  const kind = kinds.get(event.kind)
  if (kind !== undefined) return String(valueAt(event, kind.entityKey))
  return guessedEntityId(event as UnknownEvent) ?? event.id
}

/** The entity of a kind without a schema, if the event names it as the known kinds do. */
function guessedEntityId(event: UnknownEvent): string | undefined {
  const entity = event.entity as { id?: unknown } | null | undefined
  const guesses = [event.entityId, typeof entity === 'object' ? entity?.id : undefined]
  return guesses.find((guess): guess is string => typeof guess === 'string' && guess !== '')
}
