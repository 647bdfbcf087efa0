import type { RequestType } from '../request.ts'

export interface ProduceBody {
  /** Of the transaction that the batches belong to; null if there is none. */
  transactionalId: string | null
  /** How long the leader may wait for the replicas. */
  timeoutMs: number
  topics: readonly { topic: string; partitions: readonly { partition: number; batch: Buffer }[] }[]
}

export interface ProduceAnswer {
  partitions: ProducedPartition[]
}

export interface ProducedPartition {
  topic: string
  partition: number
  errorCode: number
  /** Of the batch's first record; -1 if the broker does not know it any more. */
  baseOffset: number
}

const ALL_REPLICAS = -1

export const produceRequest: RequestType<ProduceBody, ProduceAnswer> = {
  name: 'Produce',
  apiKey: 0,
  versions: { oldest: 7, newest: 8 },
  write(writer, { transactionalId, timeoutMs, topics }) {
    writer.string(transactionalId).int16(ALL_REPLICAS).int32(timeoutMs)
    writer.array(topics, ({ topic, partitions }) => {
      writer.string(topic).array(partitions, ({ partition, batch }) => {
        writer.int32(partition).bytes(batch)
      })
    })
  },
  read(reader, version) {
    const topics = reader.array(() => {
      const topic = reader.string()
      return reader.array((): ProducedPartition => {
        const partition = reader.int32()
        const errorCode = reader.int16()
        const baseOffset = reader.int64()
        // The time of the append, and the start of the log.
        reader.int64()
        reader.int64()
        if (version >= 8) {
          reader.array(() => {
            reader.int32()
            reader.nullableString()
          })
          reader.nullableString()
        }
        return { topic, partition, errorCode, baseOffset }
      })
    })
    reader.int32()
    return { partitions: topics.flat() }
  },
}
