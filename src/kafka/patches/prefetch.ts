import type { PartitionAssigner } from 'kafkajs'
import { patchCluster, patchOnce } from './patch-cluster.ts'

interface Cluster {
  findBroker(options: unknown): Promise<Broker>
}

interface Broker {
  fetch: Fetch
}

/** The parts of kafkajs's fetch request that matter here. */
export interface FetchRequest {
  maxWaitTime: number
  topics: readonly {
    topic: string
    partitions: readonly { partition: number; fetchOffset: string }[]
  }[]
}

/** kafkajs's decoded fetch response. */
export interface FetchAnswer {
  responses: readonly { topicName: string; partitions: readonly AnsweredPartition[] }[]
}

interface AnsweredPartition {
  partition: number
  highWatermark: string
  messages: readonly { offset: string }[]
}

type Fetch = (request: FetchRequest) => Promise<FetchAnswer>

interface Ahead {
  /** Identifies the predicted request. */
  key: string
  /** Resolves with undefined on an error or without records. */
  answer: Promise<FetchAnswer | undefined>
}

/** An assigner that also prefetches from each broker. */
export function withFetchAhead(assigner: PartitionAssigner): PartitionAssigner {
  return patchCluster<Cluster>(assigner, (cluster) => {
    const find = cluster.findBroker.bind(cluster)
    cluster.findBroker = async (options) => prefetching(await find(options))
  })
}

const prefetching = patchOnce((broker: Broker) => {
  broker.fetch = withPrefetch(broker.fetch.bind(broker))
})

/**
 * The same fetch, which also prefetches the next response while the current one is processed:
 * kafkajs sends its next request only after that, and idles until the response comes. A prefetched
 * response is used only for exactly the predicted request, so it is dropped after a pause, a seek
 * or a join.
 */
export function withPrefetch(fetch: Fetch): Fetch {
  let ahead: Ahead | undefined
  return async (request) => {
    const prefetched = ahead?.key === keyOf(request) ? ahead.answer : undefined
    ahead = undefined
    const answer = (await prefetched) ?? (await fetch(request))
    const next = nextRequest(request, answer)
    if (next !== undefined) ahead = { key: keyOf(next), answer: attempt(fetch, next) }
    return answer
  }
}

/** Errors and empty responses are dropped: the real request, when it comes, gets its own. */
async function attempt(fetch: Fetch, request: FetchRequest): Promise<FetchAnswer | undefined> {
  try {
    // Later requests on the same connection must not wait until records arrive.
    const answer = await fetch({ ...request, maxWaitTime: 0 })
    return partitionsOf(answer).some(({ messages }) => messages.length > 0) ? answer : undefined
  } catch {
    return undefined
  }
}

function keyOf({ topics }: FetchRequest): string {
  const places = topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, fetchOffset }) => `${topic}/${partition}@${fetchOffset}`),
  )
  return places.join()
}

/** The request that follows if the whole response is taken; undefined at the end of the log. */
function nextRequest(request: FetchRequest, answer: FetchAnswer): FetchRequest | undefined {
  const ends = new Map<string, string>()
  let hasMore = false
  for (const { topicName, partitions } of answer.responses) {
    for (const { partition, highWatermark, messages } of partitions) {
      const last = messages.at(-1)
      if (last === undefined) continue
      const end = Number(last.offset) + 1
      ends.set(`${topicName}/${partition}`, String(end))
      if (end < Number(highWatermark)) hasMore = true
    }
  }
  if (!hasMore) return undefined
  const topics = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((each) => {
      const fetchOffset = ends.get(`${topic}/${each.partition}`) ?? each.fetchOffset
      return { ...each, fetchOffset }
    }),
  }))
  return { ...request, topics }
}

function partitionsOf({ responses }: FetchAnswer): AnsweredPartition[] {
  return responses.flatMap(({ partitions }) => partitions)
}
