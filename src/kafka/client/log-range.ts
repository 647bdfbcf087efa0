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
