import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { copyRecord } from '../../pipeline/intake/copy-record.ts'
import type { OutgoingRecord } from '../producer/message.ts'
import { readControl } from '../state/control-log.ts'
import { NewestByKey } from './newest-by-key.ts'

/**
 * Reads the whole control topic in the order in which it was written in the cluster that is mirrored. A mirror
 * that copies it again puts old records behind new ones.
 */
export const readMirroredControl: typeof readControl = async (kafka, groupId, onRecord) => {
  const records: SourceRecord[] = []
  await readControl(kafka, groupId, (record) => void records.push(copyRecord(record)))
  for (const record of records.sort((a, b) => a.timestampMs - b.timestampMs)) onRecord(record)
}

/** The newest record of each key of the control topic whose last one is older. */
export async function hiddenInControl(
  kafka: Kafka,
  groupId: string,
): Promise<Pick<OutgoingRecord, 'key' | 'value'>[]> {
  const newest = new NewestByKey()
  const records = new Map<number, Pick<OutgoingRecord, 'key' | 'value'>>()
  await readControl(kafka, groupId, (record) => {
    newest.take(record)
    const { key, value } = copyRecord(record)
    records.set(record.offset, { key, value })
  })
  return [...newest.changed()].flatMap(([, offset]) =>
    offset === undefined ? [] : (records.get(offset) ?? []),
  )
}
