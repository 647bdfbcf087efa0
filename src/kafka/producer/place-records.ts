import { getOrInsert } from '../../util/get-or-insert.ts'
import type { OutgoingRecord } from './message.ts'
import { partitionOfKey } from './murmur2.ts'

/**
 * The records by partition: as they say, else by their key as Kafka's Java clients do; those without a
 * key go to `anyPartition`, all of a send to the same.
 */
export function placeRecords<Placed extends Pick<OutgoingRecord, 'key' | 'partition'>>(
  records: readonly Placed[],
  width: number,
  anyPartition: number,
): Map<number, Placed[]> {
  const placed = new Map<number, Placed[]>()
  for (const record of records) {
    const { key, partition = key === null ? anyPartition : partitionOfKey(key, width) } = record
    getOrInsert(placed, partition, () => []).push(record)
  }
  return placed
}
