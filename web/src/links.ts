import type { EventRow } from '../../src/console/view/seen-event.ts'

/** The page of an entity. */
export function entityPath(key: string): string {
  return `/entities?${new URLSearchParams({ key })}`
}

/** The page of an event. Where it is known to be makes the search for it short. */
export function eventPath({
  id,
  entity,
  recordMs,
}: Pick<EventRow, 'entity' | 'recordMs'> & { id: string }): string {
  const query = new URLSearchParams({ id })
  if (entity !== null) query.set('entity', entity)
  if (recordMs > 0) query.set('from', new Date(recordMs).toISOString())
  return `/events/one?${query}`
}

/** The page of a dead letter, by its place. */
export function letterPath(place: string): string {
  return `/dead-letters/${encodeURIComponent(place)}`
}

/** A word of a shell. */
export function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) && !text.startsWith('-')
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`
}
