import type { Kafka } from 'kafkajs'
import { groupOffsets } from '../admin/group-offsets.ts'
import { type OffsetRange, topicsOf } from '../reader/offset-ranges.ts'
import { OffsetMetadata } from './offset-metadata.ts'

const LIMIT_MS = 10_000

/**
 * Commits the start of each range for a group without members, except where the group has committed
 * already. Rejects with KAFKA_UNAVAILABLE.
 */
export async function seedOffsets(
  kafka: Kafka,
  groupId: string,
  ranges: readonly OffsetRange[],
): Promise<void> {
  const topics = topicsOf(ranges)
  const rows = await groupOffsets(kafka, groupId, topics)
  const isCommitted = ({ topic, partition }: OffsetRange) =>
    rows.some(
      (row) => row.topic === topic && row.partition === partition && row.committed !== undefined,
    )
  const metadata = new OffsetMetadata(kafka, groupId, LIMIT_MS)
  try {
    for (const range of ranges.filter((each) => !isCommitted(each))) {
      await metadata.write(range.topic, range.partition, { offset: range.start, text: '' })
    }
  } finally {
    await metadata.close()
  }
}
