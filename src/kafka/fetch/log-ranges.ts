import { partitionName } from '../../event/record.ts'
import type { LogRange } from '../client/log-range.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { EARLIEST, LATEST, listOffsetsRequest } from '../protocol/requests/list-offsets.ts'
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
  const [lows, highs] = await Promise.all([
    readOffsets(cluster, places, { timestampMs: EARLIEST, isCommittedOnly }),
    readOffsets(cluster, places, { timestampMs: LATEST, isCommittedOnly }),
  ])
  return places.map(({ topic, partition }, i) => {
    const [low, high] = [lows[i]!, highs[i]!]
    if (low instanceof Error) return { topic, partition, error: low }
    if (high instanceof Error) return { topic, partition, error: high }
    return { topic, partition, range: { low, high } }
  })
}

interface What {
  timestampMs: number
  isCommittedOnly: boolean
}

/** In the order of the places. */
async function readOffsets(
  cluster: Cluster,
  places: readonly TopicPartition[],
  what: What,
): Promise<(number | Error)[]> {
  const found = new Map<string, number | Error>()
  const leaders = new Set(places.map(({ topic, partition }) => leaderOf(cluster, topic, partition)))
  await Promise.all(
    [...leaders].map(async (nodeId) => {
      if (nodeId === undefined) return
      const led = places.filter((each) => leaderOf(cluster, each.topic, each.partition) === nodeId)
      await readFrom(cluster, nodeId, led, what, found)
    }),
  )
  return places.map(
    (place) =>
      found.get(partitionName(place)) ?? new Error(`${partitionName(place)} has no leader`),
  )
}

async function readFrom(
  cluster: Cluster,
  nodeId: number,
  led: readonly TopicPartition[],
  { timestampMs, isCommittedOnly }: What,
  found: Map<string, number | Error>,
): Promise<void> {
  const queries = led.map((place) => ({ ...place, timestampMs }))
  try {
    const body = { isCommittedOnly, topics: byTopic(queries) }
    const answer = await cluster.send(nodeId, 'offsets', listOffsetsRequest, body, LIMIT_MS)
    for (const { topic, partition, errorCode, offset } of answer.partitions) {
      const name = partitionName({ topic, partition })
      const error = new BrokerError(errorCode, `find the log's ends of ${name}`)
      found.set(name, errorCode === 0 ? offset : error)
    }
  } catch (error) {
    for (const place of led) found.set(partitionName(place), error as Error)
  }
}

function leaderOf(cluster: Cluster, topic: string, partition: number): number | undefined {
  return cluster.leaderOf(topic, partition)?.nodeId
}
