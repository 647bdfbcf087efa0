import { DLQ } from '../dead-letter/headers.ts'
import { headerText } from '../event/headers.ts'
import type { SourceRecord } from '../event/record.ts'
import { copyRecord } from '../pipeline/intake/copy-record.ts'
import { messageOf } from '../util/errors.ts'
import type { EventReader, ReadRecord } from './event-reader.ts'

export interface FoundEvent {
  record: SourceRecord
  read: ReadRecord
  /** What says that the record holds the event. */
  knownBy: Evidence
}

/** Where an event's id was found: a header, or the bytes of a record that cannot be read. */
export type Evidence = 'payload' | 'ce_id' | 'dlq.event-id' | 'bytes'

/**
 * Returns a callback for records that passes those with this event id to `onFound`. A record that
 * can't be decoded counts if a header names the event, or if none does and its bytes hold the id.
 */
export function findEvent(
  id: string,
  reader: Pick<EventReader, 'read'>,
  onFound: (found: FoundEvent) => void,
): (record: SourceRecord) => void | Promise<void> {
  const idBytes = Buffer.from(id)

  async function look(record: SourceRecord): Promise<void> {
    const read = await readable(reader, record)
    const isEvent = read.type === 'event'
    const knownBy = isEvent ? isPayload(read.id) : evidenceIn(record)
    if (knownBy !== undefined) onFound({ record: copyRecord(record), read, knownBy })
  }

  function isPayload(foundId: string): Evidence | undefined {
    return foundId === id ? 'payload' : undefined
  }

  function evidenceIn(record: SourceRecord): Evidence | undefined {
    for (const header of ['ce_id', DLQ.eventId] as const) {
      const named = headerText(record, header)
      if (named !== undefined) return named === id ? header : undefined
    }
    return record.value?.includes(idBytes) ? 'bytes' : undefined
  }

  return (record) => {
    // Avro and JSON contain strings as plain bytes, so most records need not be decoded.
    const mayHold = record.value?.includes(idBytes) || isNamed(record)
    return mayHold ? look(record) : undefined
  }

  function isNamed(record: SourceRecord): boolean {
    return headerText(record, 'ce_id') === id || headerText(record, DLQ.eventId) === id
  }
}

/** While the registry is unavailable, a record waits. */
export async function readable(
  reader: Pick<EventReader, 'read'>,
  record: SourceRecord,
): Promise<ReadRecord> {
  try {
    return await reader.read(record)
  } catch (error) {
    return { type: 'waiting', why: messageOf(error) }
  }
}
