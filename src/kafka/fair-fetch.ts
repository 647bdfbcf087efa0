import type { PartitionAssigner } from 'kafkajs'
import { type FetchAnswer, type FetchRequest, fetchingAhead } from './fetch-ahead.ts'
import { once, withCluster } from './with-cluster.ts'

/** How much kafkajs asks a broker for at once, and how long that may wait for it. */
export const fetchLimits = {
  // Short, so that a partition that is resumed is soon fetched again.
  maxWaitTimeInMs: 100,
  // A batch, of Kafka's default size at most, must fit: of one that does not, brokers send a part in
  // vain, answer by answer, until its partition is the first of a request.
  maxBytesPerPartition: 1_000_000,
  // What is compressed may be a hundred times as large in memory, all of a fetch at once.
  maxBytes: 1_000_000,
}

interface Cluster {
  findBroker(options: unknown): Promise<Broker>
}

interface Broker {
  fetch(request: FetchRequest): Promise<FetchAnswer>
}

interface Places {
  topics: readonly { topic: string; partitions: readonly unknown[] }[]
}

/**
 * An assigner that also has each fetch begin with other partitions than the one before, and the next
 * one on its way while an answer is taken in. Brokers fill an answer in the order of the request, and
 * kafkajs always asks in the same: where the first partitions have enough for a whole answer, the
 * last would not be read until those are.
 */
export function withFairFetch(assigner: PartitionAssigner): PartitionAssigner {
  return withCluster<Cluster>(assigner, (cluster) => {
    const find = cluster.findBroker.bind(cluster)
    cluster.findBroker = async (options) => turning(await find(options))
  })
}

const turning = once((broker: Broker) => {
  const fetch = broker.fetch.bind(broker)
  let turn = 0
  broker.fetch = fetchingAhead((request) => fetch(turned(request, turn++)))
})

/** The same request in the order that has the `turn`th of its partitions first. */
export function turned<R extends Places>(request: R, turn: number): R {
  const count = request.topics.reduce((sum, { partitions }) => sum + partitions.length, 0)
  if (count === 0) return request
  let first = turn % count
  const at = request.topics.findIndex(({ partitions }) => {
    if (first < partitions.length) return true
    first -= partitions.length
    return false
  })
  const topics = rotated(request.topics, at).map((each, n) =>
    n === 0 ? { ...each, partitions: rotated(each.partitions, first) } : each,
  )
  return { ...request, topics }
}

function rotated<T>(all: readonly T[], by: number): T[] {
  return [...all.slice(by), ...all.slice(0, by)]
}
