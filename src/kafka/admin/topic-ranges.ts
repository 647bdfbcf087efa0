import { getOrInsert } from '../../util/get-or-insert.ts'
import type { LogRange } from '../client/log-range.ts'
import { readLogRanges, readOffsets } from '../fetch/log-ranges.ts'
import type { Cluster } from '../protocol/cluster.ts'

export interface KnownRange extends LogRange {
  /** When it was read, in monotonic milliseconds. */
  atMs: number
}

/** By topic and partition. */
export type TopicRanges = ReadonlyMap<string, ReadonlyMap<number, KnownRange>>

/**
 * The log range of each partition of the topics that the brokers describe, all topics in one request to
 * each broker. Where a partition's is not known now, the one that is in `known` stays.
 */
export async function readTopicRanges(
  cluster: Cluster,
  topics: readonly string[],
  known: TopicRanges,
  nowMs: number,
): Promise<TopicRanges> {
  const places = topics.flatMap((topic) =>
    partitionsOf(cluster, topic).map((partition) => ({ topic, partition })),
  )
  const ranges = new Map<string, Map<number, KnownRange>>()
  for (const answer of await readLogRanges(cluster, places)) {
    const { topic, partition } = answer
    const isRead = 'range' in answer
    const range = isRead ? { ...answer.range, atMs: nowMs } : known.get(topic)?.get(partition)
    if (range !== undefined) getOrInsert(ranges, topic, () => new Map()).set(partition, range)
  }
  return ranges
}

/**
 * The first offset of each partition whose record is as late as the time given for its topic; the log's
 * end if none is. Of those partitions whose range is known, all topics in one request to each broker.
 */
export async function readFirstOffsetsSince(
  cluster: Cluster,
  times: ReadonlyMap<string, number>,
  ranges: TopicRanges,
): Promise<Map<string, Map<number, number>>> {
  const queries = [...times].flatMap(([topic, timestampMs]) => {
    const known = [...(ranges.get(topic) ?? [])]
    return known.map(([partition, { high }]) => ({ topic, partition, timestampMs, high }))
  })
  const found = await readOffsets(cluster, queries, false)
  const offsets = new Map<string, Map<number, number>>()
  for (const [i, { topic, partition, high }] of queries.entries()) {
    const offset = found[i]
    if (typeof offset !== 'number') continue
    const ofTopic = getOrInsert(offsets, topic, () => new Map())
    ofTopic.set(partition, offset < 0 ? high : offset)
  }
  return offsets
}

function partitionsOf(cluster: Cluster, topic: string): number[] {
  const { partitions = new Map<number, unknown>() } = cluster.topic(topic) ?? {}
  return [...partitions.keys()].sort((one, other) => one - other)
}
