import { headerText, type SourceRecord } from '../event/record.ts'
import { copyRecord } from '../pipeline/intake/retain-record.ts'
import { messageOf } from '../util/errors.ts'
import type { EventReader, ReadRecord } from './event-reader.ts'

export interface FoundEvent {
  record: SourceRecord
  read: ReadRecord
}

/**
 * Returns a callback for records that passes those with this event id to `onFound`. For records that
 * can't be decoded, the header `ce_id` decides.
 */
export function findEvent(
  id: string,
  reader: Pick<EventReader, 'read'>,
  onFound: (found: FoundEvent) => void,
): (record: SourceRecord) => void | Promise<void> {
  const idBytes = Buffer.from(id)

  async function look(record: SourceRecord): Promise<void> {
    const read = await reader.read(record).catch(unreadable)
    const foundId = read.type === 'event' ? read.id : headerText(record, 'ce_id')
    if (read.type !== 'tombstone' && foundId === id) onFound({ record: copyRecord(record), read })
  }

  return (record) => {
    // Avro and JSON contain strings as plain bytes, so most records need not be decoded.
    const mayHold = record.value?.includes(idBytes) || headerText(record, 'ce_id') === id
    return mayHold ? look(record) : undefined
  }
}

function unreadable(error: unknown): ReadRecord {
  return { type: 'undecodable', why: messageOf(error) }
}
