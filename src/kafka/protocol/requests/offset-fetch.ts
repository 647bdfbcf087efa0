import type { RequestType } from '../request.ts'

export interface OffsetFetchBody {
  groupId: string
  topics: readonly { topic: string; partitions: readonly number[] }[]
  /**
   * Answers UNSTABLE_OFFSET_COMMIT for a partition while a transaction that commits an offset of it is
   * under way, instead of the offset before. Brokers since Kafka 2.5 have it.
   */
  requireStable: boolean
}

export interface OffsetFetchAnswer {
  errorCode: number
  partitions: CommittedOffset[]
}

export interface CommittedOffset {
  topic: string
  partition: number
  errorCode: number
  /** -1 if the group has none. */
  offset: number
  leaderEpoch: number
}

export const offsetFetchRequest: RequestType<OffsetFetchBody, OffsetFetchAnswer> = {
  name: 'OffsetFetch',
  apiKey: 9,
  versions: { oldest: 5, newest: 7 },
  compactSince: 6,
  write(writer, { groupId, topics, requireStable }, version) {
    writer.string(groupId).array(topics, ({ topic, partitions }) => {
      writer
        .string(topic)
        .array(partitions, (partition) => writer.int32(partition))
        .tags()
    })
    if (version >= 7) writer.bool(requireStable)
    writer.tags()
  },
  read(reader) {
    reader.int32()
    const topics = reader.array(() => {
      const topic = reader.string()
      const partitions = reader.array((): CommittedOffset => {
        const partition = reader.int32()
        const offset = reader.int64()
        const leaderEpoch = reader.int32()
        reader.nullableString()
        const errorCode = reader.int16()
        reader.tags()
        return { topic, partition, offset, leaderEpoch, errorCode }
      })
      reader.tags()
      return partitions
    })
    const errorCode = reader.int16()
    reader.tags()
    return { partitions: topics.flat(), errorCode }
  },
}
