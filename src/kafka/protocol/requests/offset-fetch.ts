import type { RequestType } from '../request.ts'

export interface OffsetFetchBody {
  groupId: string
  topics: readonly { topic: string; partitions: readonly number[] }[]
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
  versions: { oldest: 5, newest: 5 },
  write(writer, { groupId, topics }) {
    writer.string(groupId).array(topics, ({ topic, partitions }) => {
      writer.string(topic).array(partitions, (partition) => writer.int32(partition))
    })
  },
  read(reader) {
    reader.int32()
    const topics = reader.array(() => {
      const topic = reader.string()
      return reader.array((): CommittedOffset => {
        const partition = reader.int32()
        const offset = reader.int64()
        const leaderEpoch = reader.int32()
        reader.nullableString()
        return { topic, partition, offset, leaderEpoch, errorCode: reader.int16() }
      })
    })
    return { partitions: topics.flat(), errorCode: reader.int16() }
  },
}
