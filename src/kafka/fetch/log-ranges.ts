import { partitionName } from '../../event/record.ts'
import type { LogRange } from '../client/log-range.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import {
  EARLIEST,
  LATEST,
  type ListOffsetsAnswer,
  listOffsetsRequest,
  type OffsetQuery,
} from '../protocol/requests/list-offsets.ts'
import { byTopic } from '../wire/by-topic.ts'

export type LogRangeAnswer = TopicPartition & ({ range: LogRange } | { error: Error })

const LIMIT_MS = 10_000

export interface LogRangeOptions {
  /** Whether the log ends before the first transaction that is open. Default: no. */
  isCommittedOnly?: boolean
}

/**
 * The log range of each partition, from its leader, or why it is not known. Each is judged for itself,
 * so that one without a leader holds up no other. Never rejects.
 */
export async function readLogRanges(
  cluster: Cluster,
  places: readonly TopicPartition[],
  { isCommittedOnly = false }: LogRangeOptions = {},
): Promise<LogRangeAnswer[]> {
  const at = (timestampMs: number) => places.map((place) => ({ ...place, timestampMs }))
  const [lows, highs] = await Promise.all([
    readOffsets(cluster, at(EARLIEST), isCommittedOnly),
    readOffsets(cluster, at(LATEST), isCommittedOnly),
  ])
  return places.map(({ topic, partition }, i) => {
    const [low, high] = [lows[i]!, highs[i]!]
    if (low instanceof Error) return { topic, partition, error: low }
    if (high instanceof Error) return { topic, partition, error: high }
    return { topic, partition, range: { low, high } }
  })
}

export type PlacedQuery = TopicPartition & OffsetQuery

/**
 * The first offset at or after the time in each partition, -1 where no record is as late, or why it is
 * not known; in the order of the queries. One request to each leader. Never rejects.
 */
export async function readOffsets(
  cluster: Cluster,
  queries: readonly PlacedQuery[],
  isCommittedOnly: boolean,
): Promise<(number | Error)[]> {
  const found = new Map<string, number | Error>()
  const led = Map.groupBy(queries, (each) => cluster.leaderOf(each.topic, each.partition)?.nodeId)
  await Promise.all(
    [...led].map(async ([nodeId, theirs]) => {
      if (nodeId !== undefined) await readFrom(cluster, nodeId, theirs, isCommittedOnly, found)
    }),
  )
  return queries.map(
    (place) =>
      found.get(partitionName(place)) ?? new Error(`${partitionName(place)} has no leader`),
  )
}

async function readFrom(
  cluster: Cluster,
  nodeId: number,
  queries: readonly PlacedQuery[],
  isCommittedOnly: boolean,
  found: Map<string, number | Error>,
): Promise<void> {
  try {
    const body = { isCommittedOnly, topics: byTopic(queries) }
    const answer = await cluster.send(nodeId, 'offsets', listOffsetsRequest, body, LIMIT_MS)
    for (const each of answer.partitions) found.set(partitionName(each), offsetOf(each))
  } catch (error) {
    for (const place of queries) found.set(partitionName(place), error as Error)
  }
}

/** An error is costly, and made only where there is one. */
function offsetOf({ errorCode, offset, ...place }: ListOffsetsAnswer['partitions'][0]) {
  if (errorCode === 0) return offset
  return new BrokerError(errorCode, `find the log's ends of ${partitionName(place)}`)
}
