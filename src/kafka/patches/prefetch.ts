import type { PartitionAssigner } from 'kafkajs'
import { patchCluster, patchOnce } from './patch-cluster.ts'

interface Cluster {
  findBroker(options: unknown): Promise<Broker>
}

interface Broker {
  fetch: Fetch
}

/** What kafkajs asks a broker for, as far as it matters here. */
export interface FetchRequest {
  maxWaitTime: number
  topics: readonly {
    topic: string
    partitions: readonly { partition: number; fetchOffset: string }[]
  }[]
}

/** What it makes of the broker's answer. */
export interface FetchAnswer {
  responses: readonly { topicName: string; partitions: readonly AnsweredPartition[] }[]
}

interface AnsweredPartition {
  partition: number
  highWatermark: string
  messages: readonly { offset: string; value: Buffer | null }[]
}

type Fetch = (request: FetchRequest) => Promise<FetchAnswer>

interface Ahead {
  /** The request that is foreseen. */
  key: string
  /** Undefined where there was none worth having. */
  answer: Promise<FetchAnswer | undefined>
}

/** An answer that keeps more than this in memory is not joined by another one. */
const AHEAD_BYTES_MAX = 32_000_000
/** What kafkajs makes of one record besides its bytes, by a rough count. */
const RECORD_BYTES = 2_000

/** An assigner that also has each broker asked ahead. */
export function withFetchAhead(assigner: PartitionAssigner): PartitionAssigner {
  return patchCluster<Cluster>(assigner, (cluster) => {
    const find = cluster.findBroker.bind(cluster)
    cluster.findBroker = async (options) => askedAhead(await find(options))
  })
}

const askedAhead = patchOnce((broker: Broker) => {
  broker.fetch = withPrefetch(broker.fetch.bind(broker))
})

/**
 * The same fetch, which also has the broker look for what comes next while an answer is taken in:
 * kafkajs asks only after that, and does nothing until it is answered. What was fetched ahead counts
 * for exactly the request that was foreseen, so behind a pause, a seek or a join it is dropped.
 */
export function withPrefetch(fetch: Fetch): Fetch {
  let ahead: Ahead | undefined
  return async (request) => {
    const foreseen = ahead?.key === keyOf(request) ? ahead.answer : undefined
    ahead = undefined
    const answer = (await foreseen) ?? (await fetch(request))
    const next = isSmall(answer) ? nextRequest(request, answer) : undefined
    if (next !== undefined) ahead = { key: keyOf(next), answer: attempt(fetch, next) }
    return answer
  }
}

/** An error, or an answer without records, is dropped: the same request, when it comes, waits for both. */
async function attempt(fetch: Fetch, request: FetchRequest): Promise<FetchAnswer | undefined> {
  try {
    // Requests behind it on the same connection must not wait for records to come.
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

/** What kafkajs will ask for when all of the answer is taken in; undefined where that is nothing new. */
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

/** Whether an answer takes little memory: what is compressed may be a hundred times as large there. */
function isSmall(answer: FetchAnswer): boolean {
  let bytes = 0
  for (const { messages } of partitionsOf(answer)) {
    bytes += messages.length * RECORD_BYTES
    // Records are views into what was fetched, or into what a batch became when it was inflated.
    let inflated: unknown
    for (const { value } of messages) {
      if (value === null || value.buffer === inflated) continue
      inflated = value.buffer
      bytes += value.buffer.byteLength
    }
  }
  return bytes <= AHEAD_BYTES_MAX
}

function partitionsOf({ responses }: FetchAnswer): AnsweredPartition[] {
  return responses.flatMap(({ partitions }) => partitions)
}
