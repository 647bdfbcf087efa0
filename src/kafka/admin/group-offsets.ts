import type { Kafka } from 'kafkajs'
import { readOffsets } from '../consumer/offsets.ts'
import { requestAdmin } from './admin-client.ts'

const LIMIT_MS = 30_000

export interface GroupOffset {
  topic: string
  partition: number
  /** Undefined if the group has never committed. */
  committed: number | undefined
  /** The offset that the next record will get. */
  end: number
}

/** A group's offset in every partition of the topics. Rejects with KAFKA_UNAVAILABLE. */
export async function groupOffsets(
  kafka: Kafka,
  groupId: string,
  topics: readonly string[],
): Promise<GroupOffset[]> {
  const doing = `read the offsets of group ${groupId}`
  const byTopic = await requestAdmin(kafka, doing, LIMIT_MS, (admin) =>
    readOffsets(admin, groupId, [...topics]),
  )
  return [...byTopic].flatMap(([topic, partitions]) =>
    [...partitions].map(([partition, { committed, high }]) => ({
      topic,
      partition,
      committed,
      end: high,
    })),
  )
}
