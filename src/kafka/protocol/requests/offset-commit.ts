import type { RequestType } from '../request.ts'

export interface OffsetCommitBody {
  groupId: string
  generation: number
  memberId: string
  instanceId: string | null
  topics: readonly { topic: string; partitions: readonly OffsetToCommit[] }[]
}

export interface OffsetToCommit {
  partition: number
  offset: number
  /** Of the last record below the offset; -1 if it is not known. */
  leaderEpoch: number
}

export interface OffsetCommitAnswer {
  partitions: { topic: string; partition: number; errorCode: number }[]
}

export const offsetCommitRequest: RequestType<OffsetCommitBody, OffsetCommitAnswer> = {
  name: 'OffsetCommit',
  apiKey: 8,
  versions: { oldest: 7, newest: 7 },
  write(writer, body) {
    writer.string(body.groupId).int32(body.generation).string(body.memberId)
    writer.string(body.instanceId)
    writer.array(body.topics, ({ topic, partitions }) => {
      writer.string(topic).array(partitions, ({ partition, offset, leaderEpoch }) => {
        writer.int32(partition).int64(offset).int32(leaderEpoch).string('')
      })
    })
  },
  read(reader) {
    reader.int32()
    const topics = reader.array(() => {
      const topic = reader.string()
      return reader.array(() => {
        return { topic, partition: reader.int32(), errorCode: reader.int16() }
      })
    })
    return { partitions: topics.flat() }
  },
}
