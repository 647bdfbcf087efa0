import { requireNoError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import {
  type FetchBody,
  fetchByNameRequest,
  fetchRequest,
  NO_SESSION,
  type PartitionToFetch,
  type SessionEpoch,
} from '../protocol/requests/fetch.ts'
import type { FetchAnswer, FetchedPartition } from '../records/fetch-answer.ts'
import { byTopic } from '../wire/by-topic.ts'

export interface FetchLimits extends Pick<FetchBody, 'maxWaitMs' | 'minBytes' | 'maxBytes'> {
  /** Of the request. */
  limitMs: number
}

export interface ToFetch extends PartitionToFetch {
  topic: string
  topicId: string | undefined
}

/** What a broker returned of a partition, with the name of its topic. */
export interface Fetched extends FetchedPartition {
  topic: string
}

export interface FetchOfSession {
  session: SessionEpoch
  /** Whether topics are named by their ids, which all of the session's must have. */
  isById: boolean
  partitions: readonly ToFetch[]
  forgotten: readonly ToFetch[]
}

/** Fetches partitions from one broker once. Rejects as `Cluster.send` does, and with a BrokerError. */
export async function fetchOnce(
  cluster: Cluster,
  nodeId: number,
  partitions: readonly ToFetch[],
  limits: FetchLimits,
): Promise<Fetched[]> {
  const isById = haveIds(partitions)
  const request = { session: NO_SESSION, isById, partitions, forgotten: [] }
  const answer = await sendFetch(cluster, nodeId, request, limits)
  requireNoError(answer.errorCode, 'fetch')
  return withNames(answer, partitions)
}

/** Rejects as `Cluster.send` does. */
export function sendFetch(
  cluster: Cluster,
  nodeId: number,
  { session, isById, partitions, forgotten }: FetchOfSession,
  { limitMs, ...limits }: FetchLimits,
): Promise<FetchAnswer> {
  const request = isById ? fetchRequest : fetchByNameRequest
  const body = { ...limits, session, topics: topicsOf(partitions), forgotten: topicsOf(forgotten) }
  return cluster.send(nodeId, 'fetch', request, body, limitMs)
}

export function haveIds(partitions: readonly ToFetch[]): boolean {
  return partitions.every(({ topicId }) => topicId !== undefined)
}

/** From version 13 on, a response has the ids of topics instead of their names. */
export function withNames({ topics }: FetchAnswer, asked: readonly ToFetch[]): Fetched[] {
  if (topics.length === 0) return []
  const names = new Map(asked.map(({ topic, topicId }) => [topicId, topic]))
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((each) => Object.assign(each, { topic: names.get(topic) ?? topic })),
  )
}

/** All partitions of one request with the same name belong to the same topic, so its id is that of the first. */
function topicsOf(partitions: readonly ToFetch[]) {
  return byTopic(partitions).map((each) => ({ ...each, topicId: each.partitions[0]?.topicId }))
}
