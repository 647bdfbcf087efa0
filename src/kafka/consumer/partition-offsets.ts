import { partitionName } from '../../event/record.ts'
import type { LogRange } from '../client/log-range.ts'
import { readLogRanges } from '../fetch/log-ranges.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import type { GroupMember } from '../member/group-member.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'

/** A group's committed offset in a partition, and the range of its log. */
export interface PartitionOffsets extends LogRange {
  /** Undefined if the group has never committed. */
  committed: number | undefined
  /** Of the record before the committed offset; -1 if it is not known. */
  committedEpoch: number
}

export type OffsetsAnswer = PartitionOffsets | Error

/**
 * The group's committed offset and the log's range of each partition, by `topic/partition`, or why they
 * are not known: each partition is judged for itself. Rejects if the coordinator does not respond.
 */
export async function readPartitionOffsets(
  member: GroupMember,
  cluster: Cluster,
  places: readonly TopicPartition[],
): Promise<Map<string, OffsetsAnswer>> {
  const idOf = ({ topic }: TopicPartition) => cluster.topic(topic)?.topicId
  const ids = new Map(places.map((each) => [each.topic, idOf(each)]))
  const [commits, ranges] = await Promise.all([
    member.committed(places),
    readLogRanges(cluster, places),
  ])
  // Leaders may have moved. And offsets are read by name: of which topic they are is known if its id
  // is still the same after that.
  await cluster.refresh()
  const committedOf = new Map(commits.map((each) => [partitionName(each), each]))
  return new Map(
    ranges.map((answer): [string, OffsetsAnswer] => {
      const name = partitionName(answer)
      if ('error' in answer) return [name, answer.error]
      if (idOf(answer) !== ids.get(answer.topic))
        return [name, new Error(`topic ${answer.topic} was created again`)]
      const commit = committedOf.get(name)
      if (commit === undefined)
        return [name, new Error(`no committed offset of ${name} in response`)]
      const { errorCode, offset, leaderEpoch } = commit
      if (errorCode !== 0) return [name, new BrokerError(errorCode, `read the offset of ${name}`)]
      const committed = offset < 0 ? undefined : offset
      return [name, { committed, committedEpoch: leaderEpoch, ...answer.range }]
    }),
  )
}
