import { requireNoError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import {
  type FetchBody,
  fetchByNameRequest,
  fetchRequest,
  type PartitionToFetch,
} from '../protocol/requests/fetch.ts'
import type { FetchedPartition } from '../records/fetch-answer.ts'
import { byTopic } from '../wire/by-topic.ts'

export interface FetchLimits extends Pick<FetchBody, 'maxWaitMs' | 'minBytes' | 'maxBytes'> {
  /** Of the request. */
  limitMs: number
}

/** What a broker returned of a partition, with the name of its topic. */
export interface Fetched extends FetchedPartition {
  topic: string
}

/**
 * Fetches partitions from one broker, by the ids of their topics where topics have ids. Rejects as
 * `Cluster.send` does.
 */
export async function sendFetch(
  cluster: Cluster,
  nodeId: number,
  partitions: readonly (PartitionToFetch & { topic: string })[],
  { limitMs, ...limits }: FetchLimits,
): Promise<Fetched[]> {
  const topics = byTopic(partitions).map((each) => {
    return { ...each, topicId: cluster.topic(each.topic)?.topicId }
  })
  const haveIds = topics.every(({ topicId }) => topicId !== undefined)
  const request = haveIds ? fetchRequest : fetchByNameRequest
  const answer = await cluster.send(nodeId, 'fetch', request, { ...limits, topics }, limitMs)
  requireNoError(answer.errorCode, 'fetch')
  // From version 13 on, the response names topics by their ids.
  const names = new Map(topics.map(({ topic, topicId }) => [topicId, topic]))
  return answer.topics.flatMap(({ topic, partitions: fetched }) =>
    fetched.map((each) => Object.assign(each, { topic: names.get(topic) ?? topic })),
  )
}
