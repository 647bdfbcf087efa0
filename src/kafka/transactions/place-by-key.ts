import { getOrInsert } from '../../util/get-or-insert.ts'
import { describedTopic } from '../producer/described-topic.ts'
import { placeRecords } from '../producer/place-records.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { TopicsRefused } from '../protocol/topics-refused.ts'
import type { RecordToWrite } from '../records/records-writer.ts'
import type { PartitionRecords } from './write-in-transaction.ts'

/** A record that goes to the partition of its key. */
export interface KeyedRecord extends RecordToWrite {
  topic: string
  key: string
}

/** The records by partition, in their order. Rejects with TopicsRefused if a topic is not there. */
export async function placeByKey(
  records: readonly KeyedRecord[],
  cluster: Cluster,
): Promise<PartitionRecords[]> {
  const byTopic = new Map<string, KeyedRecord[]>()
  for (const record of records) getOrInsert(byTopic, record.topic, () => []).push(record)
  const placed: PartitionRecords[] = []
  for (const [topic, all] of byTopic) {
    const { partitions } = await describedTopic(cluster, topic).catch((error: unknown) => {
      throw new TopicsRefused([topic], error)
    })
    for (const [partition, some] of placeRecords(all, partitions.size, 0)) {
      placed.push({ topic, partition, records: some })
    }
  }
  return placed
}
