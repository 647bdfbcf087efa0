import type { FetchBody, PartitionToFetch } from '../../src/kafka/protocol/requests/fetch.ts'
import type { FetchAnswer, FetchedPartition } from '../../src/kafka/records/fetch-answer.ts'

const SESSION_ID_NOT_FOUND = 70
const INVALID_SESSION_EPOCH = 71
const NOT_KNOWN = -1

interface Held {
  topic: string
  topicId: string | undefined
  asked: PartitionToFetch
  /** Of the last response; not known after an error. */
  highWatermark: number
}

interface Session {
  /** Of the next request. */
  epoch: number
  held: Map<string, Held>
}

/** A request as if it had named all partitions, or why the broker refuses it. */
export type Opened =
  | { type: 'refused'; errorCode: number }
  | { type: 'open'; body: FetchBody; respond(answer: Omit<FetchAnswer, 'sessionId'>): FetchAnswer }

/** The fetch sessions of one broker, as Kafka keeps them (KIP-227, `FetchSession.scala`). */
export class BrokerSessions {
  /** Of a broker whose cache is full: it opens none. */
  areRefused = false
  readonly #sessions = new Map<number, Session>()
  #ids = 0

  /** As after a restart, or when others need the room. */
  evictAll(): void {
    this.#sessions.clear()
  }

  open(body: FetchBody): Opened {
    const { id, epoch } = body.session
    if (epoch <= 0) {
      this.#sessions.delete(id)
      if (epoch < 0 || this.areRefused) return { type: 'open', body, respond: (a) => all(a, 0) }
      const sessionId = ++this.#ids
      const session: Session = { epoch: 1, held: new Map() }
      this.#sessions.set(sessionId, session)
      update(session, body)
      return { type: 'open', body, respond: (a) => remember(session, all(a, sessionId)) }
    }
    const session = this.#sessions.get(id)
    if (session === undefined) return { type: 'refused', errorCode: SESSION_ID_NOT_FOUND }
    if (session.epoch !== epoch) return { type: 'refused', errorCode: INVALID_SESSION_EPOCH }
    session.epoch += 1
    update(session, body)
    const respond = (answer: Omit<FetchAnswer, 'sessionId'>) => {
      return remember(session, onlyNews(session, all(answer, id)))
    }
    return { type: 'open', body: { ...body, topics: topicsOf(session) }, respond }
  }
}

function all(answer: Omit<FetchAnswer, 'sessionId'>, sessionId: number): FetchAnswer {
  return { ...answer, sessionId }
}

const keyOf = (topic: string, partition: number) => `${topic}/${partition}`

/** Kafka removes what is to be forgotten last. */
function update({ held }: Session, { topics, forgotten }: FetchBody): void {
  for (const { topic, topicId, partitions } of topics) {
    for (const asked of partitions) {
      const key = keyOf(topicId ?? topic, asked.partition)
      const highWatermark = held.get(key)?.highWatermark ?? NOT_KNOWN
      held.set(key, { topic, topicId, asked, highWatermark })
    }
  }
  for (const { topic, topicId, partitions } of forgotten) {
    for (const { partition } of partitions) held.delete(keyOf(topicId ?? topic, partition))
  }
}

/** One entry for each run of partitions of a topic, so that their order is kept. */
function topicsOf({ held }: Session): FetchBody['topics'] {
  const topics: (FetchBody['topics'][number] & { partitions: PartitionToFetch[] })[] = []
  for (const { topic, topicId, asked } of held.values()) {
    const last = topics.at(-1)
    if (last?.topic === topic && last.topicId === topicId) last.partitions.push(asked)
    else topics.push({ topic, topicId, partitions: [asked] })
  }
  return topics
}

function onlyNews({ held }: Session, answer: FetchAnswer): FetchAnswer {
  const topics = answer.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.filter((each) => {
      return isNew(each, held.get(keyOf(topic, each.partition))?.highWatermark)
    }),
  }))
  return { ...answer, topics: topics.filter(({ partitions }) => partitions.length > 0) }
}

function isNew(fetched: FetchedPartition, highWatermark: number | undefined): boolean {
  const { errorCode, batches, problem, divergence } = fetched
  if (errorCode !== 0 || batches.length > 0) return true
  if (problem !== undefined || divergence !== undefined) return true
  return fetched.highWatermark !== highWatermark
}

/** A partition that was served is served last next time. */
function remember({ held }: Session, answer: FetchAnswer): FetchAnswer {
  for (const { topic, partitions } of answer.topics) {
    for (const { partition, errorCode, highWatermark, batches } of partitions) {
      const key = keyOf(topic, partition)
      const known = held.get(key)
      if (known === undefined) continue
      known.highWatermark = errorCode === 0 ? highWatermark : NOT_KNOWN
      if (batches.length === 0) continue
      held.delete(key)
      held.set(key, known)
    }
  }
  return answer
}
