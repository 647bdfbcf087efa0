import type { Admin, Kafka } from 'kafkajs'
import { fetchLogRanges } from '../client/log-range.ts'
import { requestAdmin } from './admin-client.ts'

export interface GroupOffset {
  topic: string
  partition: number
  /** Undefined if the group has never committed. */
  committed: number | undefined
  /** The offset that the next record will get. */
  end: number
}

/** A group's offset in every partition of the topics. Rejects with KAFKA_UNAVAILABLE. */
export function groupOffsets(
  kafka: Kafka,
  groupId: string,
  topics: readonly string[],
): Promise<GroupOffset[]> {
  const doing = `read the offsets of group ${groupId}`
  return requestAdmin(kafka, doing, async (admin) => {
    const rows = await admin.fetchOffsets({ groupId, topics: [...topics] })
    const offsets = await Promise.all(
      rows.map(({ topic, partitions }) => ofTopic(admin, topic, partitions)),
    )
    return offsets.flat()
  })
}

async function ofTopic(
  admin: Admin,
  topic: string,
  commits: readonly { partition: number; offset: string }[],
): Promise<GroupOffset[]> {
  const committedOf = new Map(commits.map((row) => [row.partition, Number(row.offset)]))
  const ranges = await fetchLogRanges(admin, topic)
  return [...ranges].map(([partition, { high: end }]) => {
    const committed = committedOf.get(partition) ?? -1
    return { topic, partition, committed: committed < 0 ? undefined : committed, end }
  })
}
