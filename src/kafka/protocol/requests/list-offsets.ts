import type { RequestType } from '../request.ts'

export interface ListOffsetsBody {
  /** Whether the log ends before the first transaction that is open, for this request. */
  isCommittedOnly: boolean
  topics: readonly { topic: string; partitions: readonly OffsetQuery[] }[]
}

export interface OffsetQuery {
  partition: number
  /** Milliseconds since the epoch, or `EARLIEST` or `LATEST`. */
  timestampMs: number
}

export const LATEST = -1
export const EARLIEST = -2

export interface ListOffsetsAnswer {
  partitions: {
    topic: string
    partition: number
    errorCode: number
    /** -1 if no record is as late as the timestamp. */
    offset: number
  }[]
}

const CONSUMER = -1
const READ_UNCOMMITTED = 0
const READ_COMMITTED = 1
const ANY_LEADER_EPOCH = -1

export const listOffsetsRequest: RequestType<ListOffsetsBody, ListOffsetsAnswer> = {
  name: 'ListOffsets',
  apiKey: 2,
  versions: { oldest: 4, newest: 5 },
  write(writer, { isCommittedOnly, topics }) {
    writer.int32(CONSUMER).int8(isCommittedOnly ? READ_COMMITTED : READ_UNCOMMITTED)
    writer.array(topics, ({ topic, partitions }) => {
      writer.string(topic).array(partitions, ({ partition, timestampMs }) => {
        writer.int32(partition).int32(ANY_LEADER_EPOCH).int64(timestampMs)
      })
    })
  },
  read(reader) {
    reader.int32()
    const topics = reader.array(() => {
      const topic = reader.string()
      return reader.array(() => {
        const partition = reader.int32()
        const errorCode = reader.int16()
        reader.int64()
        const offset = reader.int64()
        reader.int32()
        return { topic, partition, errorCode, offset }
      })
    })
    return { partitions: topics.flat() }
  },
}
