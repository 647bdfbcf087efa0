import { type FetchAnswer, readFetchAnswer } from '../../records/fetch-answer.ts'
import type { RequestType } from '../request.ts'

export interface FetchBody {
  /** How long the broker may wait for `minBytes`. */
  maxWaitMs: number
  minBytes: number
  /** Of the response: the first batch is returned even if it is larger. */
  maxBytes: number
  session: SessionEpoch
  topics: readonly (NamedTopic & { partitions: readonly PartitionToFetch[] })[]
  /** Partitions of the session that are no longer fetched. */
  forgotten: readonly (NamedTopic & { partitions: readonly { partition: number }[] })[]
}

/** Which request of which fetch session it is. Epoch 0 opens one, and closes the one with that id. */
export interface SessionEpoch {
  id: number
  epoch: number
}

interface NamedTopic {
  topic: string
  /** So that a topic which was created again is not taken for the one before. */
  topicId: string | undefined
}

export interface PartitionToFetch {
  partition: number
  /** Of the leader as the client knows it, so that a former leader refuses; -1 if it is not known. */
  leaderEpoch: number
  offset: number
  /** Of the record before the offset, so that a log which was cut off and rewritten is noticed; -1 if it is not known. */
  lastFetchedEpoch: number
  maxBytes: number
}

const CONSUMER = -1
const READ_COMMITTED = 1
/** What is read once needs no session: brokers have room for few. */
export const NO_SESSION: SessionEpoch = { id: 0, epoch: -1 }
const NOT_FOLLOWER = -1
const NO_TOPIC_ID = '0'.repeat(32)

export const fetchRequest: RequestType<FetchBody, FetchAnswer> = {
  name: 'Fetch',
  apiKey: 1,
  versions: { oldest: 7, newest: 13 },
  compactSince: 12,
  write(writer, body, version) {
    writer.int32(CONSUMER).int32(body.maxWaitMs).int32(body.minBytes).int32(body.maxBytes)
    writer.int8(READ_COMMITTED).int32(body.session.id).int32(body.session.epoch)
    const name = ({ topic, topicId }: NamedTopic) =>
      version >= 13 ? writer.uuid(topicId ?? NO_TOPIC_ID) : writer.string(topic)
    writer.array(body.topics, (named) => {
      name(named).array(named.partitions, (each) => {
        writer.int32(each.partition)
        if (version >= 9) writer.int32(each.leaderEpoch)
        writer.int64(each.offset)
        if (version >= 12) writer.int32(each.lastFetchedEpoch)
        writer.int64(NOT_FOLLOWER).int32(each.maxBytes).tags()
      })
      writer.tags()
    })
    writer.array(body.forgotten, (named) => {
      name(named)
        .array(named.partitions, ({ partition }) => writer.int32(partition))
        .tags()
    })
    // No rack: a broker in the same rack could be named that has not replicated everything.
    if (version >= 11) writer.string('')
    writer.tags()
  },
  read: readFetchAnswer,
}

/** For topics without an id, which brokers from before Kafka 2.8 created. */
export const fetchByNameRequest: RequestType<FetchBody, FetchAnswer> = {
  ...fetchRequest,
  versions: { oldest: 7, newest: 12 },
}
