import { createHash } from 'node:crypto'

const ID_LENGTH_MAX = 500

/** Postgres cannot index long texts or store a NUL. Such an id is replaced by its digest. */
export function storedId(eventId: string): string {
  if (eventId.length <= ID_LENGTH_MAX && !eventId.includes('\u0000')) return eventId
  return `sha256:${createHash('sha256').update(eventId).digest('hex')}`
}
