import type { Admin, Kafka } from 'kafkajs'
import { requestAdmin } from '../admin/admin-client.ts'
import { fetchLogRanges } from '../client/log-range.ts'
import { type RangeSearch, rangesOf } from './search-topics.ts'

/** A partition's offsets from `start` up to `end`, which is not one of them. */
export interface OffsetRange {
  topic: string
  partition: number
  start: number
  end: number
}

/**
 * Resolves a time range to offsets in every partition of the topics; the ranges of partitions that
 * cannot hold the key are empty. Without `toMs` they end at the current end of the log. Rejects
 * with KAFKA_UNAVAILABLE or TOPIC_MISSING.
 */
export async function resolveRanges(kafka: Kafka, wanted: RangeSearch): Promise<OffsetRange[]> {
  const found = await rangesOf(kafka, wanted)
  const logs = await logRanges(kafka, wanted.topics)
  return logs.map(({ topic, partition, start: low, end: high }) => {
    const range = found.find((each) => each.topic === topic && each.partition === partition)
    const end = Math.min(range?.to ?? high, high)
    const start = range === undefined ? end : Math.max(low, range.from ?? low)
    return { topic, partition, start: Math.min(start, end), end }
  })
}

/** The log range of every partition of the topics. Rejects as `resolveRanges` does. */
export function logRanges(kafka: Kafka, topics: readonly string[]): Promise<OffsetRange[]> {
  return requestAdmin(kafka, `fetch the offsets of ${topics.join(', ')}`, async (admin) =>
    (await Promise.all(topics.map((topic) => ofTopic(admin, topic)))).flat(),
  )
}

/** The topics that the ranges are of, each once. */
export function topicsOf(ranges: readonly OffsetRange[]): string[] {
  return [...new Set(ranges.map(({ topic }) => topic))]
}

/** The ends of ranges, by topic and partition. */
export function endsOf(ranges: readonly OffsetRange[]): Record<string, Record<number, number>> {
  const ends: Record<string, Record<number, number>> = {}
  for (const { topic, partition, end } of ranges) {
    ends[topic] = { ...ends[topic], [partition]: end }
  }
  return ends
}

async function ofTopic(admin: Admin, topic: string): Promise<OffsetRange[]> {
  const ranges = await fetchLogRanges(admin, topic)
  return [...ranges].map(([partition, { low, high }]) => {
    return { topic, partition, start: low, end: high }
  })
}
