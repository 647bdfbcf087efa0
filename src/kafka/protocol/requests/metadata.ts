import type { RequestType } from '../request.ts'

export interface MetadataAnswer {
  brokers: { nodeId: number; host: string; port: number }[]
  topics: TopicAnswer[]
}

export interface TopicAnswer {
  errorCode: number
  topic: string
  /** Differs from that of an earlier topic of the same name. Undefined from brokers before Kafka 2.8. */
  topicId: string | undefined
  partitions: PartitionAnswer[]
}

export interface PartitionAnswer {
  errorCode: number
  partition: number
  /** -1 while there is none. */
  leader: number
  leaderEpoch: number
}

const TOPIC_IDS_SINCE = 10
const NO_TOPIC_ID = '0'.repeat(32)

/** Never creates topics. */
export const metadataRequest: RequestType<{ topics: readonly string[] }, MetadataAnswer> = {
  name: 'Metadata',
  apiKey: 3,
  versions: { oldest: 7, newest: 12 },
  compactSince: 9,
  write(writer, { topics }, version) {
    writer.array(topics, (topic) => {
      if (version >= TOPIC_IDS_SINCE) writer.int64(0).int64(0)
      writer.string(topic).tags()
    })
    writer.bool(false)
    // Whether to include what the user is authorized to do, with the cluster and with the topics.
    if (version >= 8 && version <= 10) writer.bool(false)
    if (version >= 8) writer.bool(false)
    writer.tags()
  },
  read(reader, version) {
    reader.int32()
    const brokers = reader.array(() => {
      const broker = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
      reader.nullableString()
      reader.tags()
      return broker
    })
    reader.nullableString()
    reader.int32()
    const topics = reader.array((): TopicAnswer => {
      const errorCode = reader.int16()
      const topic = reader.string()
      const topicId = version >= TOPIC_IDS_SINCE ? reader.uuid() : NO_TOPIC_ID
      reader.bool()
      const partitions = reader.array((): PartitionAnswer => {
        const partition = {
          errorCode: reader.int16(),
          partition: reader.int32(),
          leader: reader.int32(),
          leaderEpoch: reader.int32(),
        }
        for (const _ of ['replicas', 'in sync', 'offline']) reader.array(() => reader.int32())
        reader.tags()
        return partition
      })
      if (version >= 8) reader.int32()
      reader.tags()
      return {
        errorCode,
        topic,
        topicId: topicId === NO_TOPIC_ID ? undefined : topicId,
        partitions,
      }
    })
    if (version >= 8 && version <= 10) reader.int32()
    reader.tags()
    return { brokers, topics }
  },
}
