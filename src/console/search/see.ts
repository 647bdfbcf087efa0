import { placeOf, type SourceRecord } from '../../event/record.ts'
import type { EventReader } from '../../explain/event-reader.ts'
import { readable } from '../../explain/find-event.ts'
import type { User } from '../access/roles.ts'
import { seesContent, type VisibleFields } from '../access/visible-fields.ts'
import type { SeenEvent } from '../view/seen-event.ts'

/** Records as one user may see them. */
export type See = (record: SourceRecord) => Promise<SeenEvent>

export function seeAs(
  user: User,
  { reader, visible }: { reader: EventReader; visible: VisibleFields },
): See {
  return async (record) => {
    const { topic, partition, offset, timestampMs, key } = record
    const where = {
      ...{ place: placeOf(record), topic, partition, offset, recordMs: timestampMs },
      entity: key?.toString() ?? null,
    }
    const read = await readable(reader, record)
    if (read.type !== 'event') {
      const unread = read.type === 'tombstone' ? 'it has no value' : read.why
      // What is wrong with bytes may quote them.
      const why = seesContent(user) || read.type !== 'undecodable' ? unread : 'it is no event'
      return { ...where, id: null, name: null, timeMs: null, visible: null, why }
    }
    const { id, name, event } = read
    const timeMs = Date.parse(String(event.time))
    return {
      ...where,
      ...{ id, name, timeMs: Number.isNaN(timeMs) ? null : timeMs },
      ...{ visible: visible.of(event, user), why: null },
    }
  }
}
