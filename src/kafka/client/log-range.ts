import type { Admin } from 'kafkajs'

/** The offsets of a log: `low` is its first offset, `high` the one that the next record will get. */
export interface LogRange {
  low: number
  high: number
}

/** The log range of each partition of a topic, in order of partition. */
export async function fetchLogRanges(
  admin: Pick<Admin, 'fetchTopicOffsets'>,
  topic: string,
): Promise<Map<number, LogRange>> {
  const rows = await admin.fetchTopicOffsets(topic)
  return new Map(
    rows
      .map(({ partition, low, high }) => {
        return [partition, { low: Number(low), high: Number(high) }] as const
      })
      .sort(([a], [b]) => a - b),
  )
}

/**
 * The first offset at or after the time in each partition; the log's end if there is none. A time
 * before 1970 is the start of the log: records may lack a timestamp, and Kafka takes a negative time
 * for another request (-1 is the latest offset).
 */
export async function firstOffsetsSince(
  admin: Pick<Admin, 'fetchTopicOffsets' | 'fetchTopicOffsetsByTimestamp'>,
  topic: string,
  timeMs: number,
): Promise<Map<number, number>> {
  if (timeMs <= 0) {
    const ranges = await fetchLogRanges(admin, topic)
    return new Map([...ranges].map(([partition, { low }]) => [partition, low]))
  }
  const rows = await admin.fetchTopicOffsetsByTimestamp(topic, Math.ceil(timeMs))
  return new Map(rows.map(({ partition, offset }) => [partition, Number(offset)]))
}
