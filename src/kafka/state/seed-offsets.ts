import type { Kafka } from 'kafkajs'
import { groupOffsets } from '../admin/group-offsets.ts'
import { type OffsetRange, topicsOf } from '../reader/offset-ranges.ts'
import { OffsetMetadata } from './offset-metadata.ts'

const LIMIT_MS = 10_000

/**
 * Lets a group without members begin at the starts of the ranges; where it has committed anything,
 * that stays. Rejects with KAFKA_UNAVAILABLE.
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
  const notes = new OffsetMetadata(kafka, groupId, LIMIT_MS)
  try {
    for (const range of ranges.filter((each) => !isCommitted(each))) {
      await notes.write(range.topic, range.partition, { offset: range.start, text: '' })
    }
  } finally {
    await notes.close()
  }
}
