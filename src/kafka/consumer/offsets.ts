import type { Admin } from 'kafkajs'
import { fetchLogRanges, type LogRange } from '../client/log-range.ts'
import type { OwnedPartition } from './owned-partition.ts'

/** A group's committed offset in a partition, and the range of its log. */
export interface PartitionOffsets extends LogRange {
  /** Undefined if the group has never committed. */
  committed: number | undefined
}

/** By topic, then partition. */
export type GroupOffsets = Map<string, Map<number, PartitionOffsets>>

/** Reads committed offsets and log ranges for every partition of the topics. */
export async function readOffsets(
  admin: Admin,
  groupId: string,
  topics: string[],
): Promise<GroupOffsets> {
  const byTopic: GroupOffsets = new Map()
  for (const [topic, commits] of await readCommitted(admin, groupId, topics)) {
    byTopic.set(topic, await readTopic(admin, topic, commits))
  }
  return byTopic
}

/** Committed offsets, by topic, then partition; below 0 if the group has never committed. */
export async function readCommitted(
  admin: Admin,
  groupId: string,
  topics: string[],
): Promise<Map<string, Map<number, number>>> {
  const committed = await admin.fetchOffsets({ groupId, topics })
  return new Map(
    committed.map(({ topic, partitions }) => {
      return [topic, new Map(partitions.map((row) => [row.partition, Number(row.offset)]))]
    }),
  )
}

async function readTopic(
  admin: Admin,
  topic: string,
  commits: Map<number, number>,
): Promise<Map<number, PartitionOffsets>> {
  const ranges = await fetchLogRanges(admin, topic)
  return new Map(
    [...ranges].map(([partition, range]) => {
      const commit = commits.get(partition) ?? -1
      const committed = commit < 0 ? undefined : commit
      return [partition, { committed, ...range }]
    }),
  )
}

/** The next offset to read; undefined if the group has no committed one. */
export function nextOf(
  kept: OwnedPartition | undefined,
  offsets: PartitionOffsets | undefined,
): number | undefined {
  return kept?.ledger.expected ?? offsets?.committed
}
