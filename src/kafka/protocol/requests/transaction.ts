import type { Reader } from '../../wire/reader.ts'
import type { Writer } from '../../wire/writer.ts'
import type { RequestType } from '../request.ts'

/** Whose transaction it is. */
export interface TransactionBody {
  transactionalId: string
  producerId: bigint
  epoch: number
}

export interface PartitionErrors {
  partitions: { topic: string; partition: number; errorCode: number }[]
}

function writeProducer(writer: Writer, { transactionalId, producerId, epoch }: TransactionBody) {
  return writer.string(transactionalId).bigInt64(producerId).int16(epoch)
}

function readPartitionErrors(reader: Reader): PartitionErrors {
  reader.int32()
  const topics = reader.array(() => {
    const topic = reader.string()
    const partitions = reader.array(() => {
      const answer = { topic, partition: reader.int32(), errorCode: reader.int16() }
      reader.tags()
      return answer
    })
    reader.tags()
    return partitions
  })
  reader.tags()
  return { partitions: topics.flat() }
}

/** Before the first write to a partition. One that is refused refuses all. */
export const addPartitionsToTxnRequest: RequestType<
  TransactionBody & { topics: readonly { topic: string; partitions: readonly number[] }[] },
  PartitionErrors
> = {
  name: 'AddPartitionsToTxn',
  apiKey: 24,
  versions: { oldest: 1, newest: 1 },
  write(writer, body) {
    writeProducer(writer, body).array(body.topics, ({ topic, partitions }) => {
      writer.string(topic).array(partitions, (partition) => writer.int32(partition))
    })
  },
  read: readPartitionErrors,
}

/** Before the group's offsets are committed in it. */
export const addOffsetsToTxnRequest: RequestType<
  TransactionBody & { groupId: string },
  { errorCode: number }
> = {
  name: 'AddOffsetsToTxn',
  apiKey: 25,
  versions: { oldest: 1, newest: 1 },
  write(writer, body) {
    writeProducer(writer, body).string(body.groupId)
  },
  read(reader) {
    reader.int32()
    return { errorCode: reader.int16() }
  },
}

export interface TxnOffsetCommitBody extends TransactionBody {
  groupId: string
  generation: number
  memberId: string
  instanceId: string | null
  topics: readonly {
    topic: string
    partitions: readonly { partition: number; offset: number; leaderEpoch: number }[]
  }[]
}

/**
 * The group's offsets, as of a member in a generation: older versions name neither, so that a member
 * which the group has removed could commit. Sent to the group's coordinator.
 */
export const txnOffsetCommitRequest: RequestType<TxnOffsetCommitBody, PartitionErrors> = {
  name: 'TxnOffsetCommit',
  apiKey: 28,
  versions: { oldest: 3, newest: 3 },
  compactSince: 3,
  write(writer, body) {
    writer.string(body.transactionalId).string(body.groupId)
    writer.bigInt64(body.producerId).int16(body.epoch)
    writer.int32(body.generation).string(body.memberId).string(body.instanceId)
    writer.array(body.topics, ({ topic, partitions }) => {
      writer.string(topic).array(partitions, ({ partition, offset, leaderEpoch }) => {
        writer.int32(partition).int64(offset).int32(leaderEpoch).string('').tags()
      })
      writer.tags()
    })
    writer.tags()
  },
  read: readPartitionErrors,
}

/** Decides the transaction. Repeated, it answers as the first time. */
export const endTxnRequest: RequestType<
  TransactionBody & { commits: boolean },
  { errorCode: number }
> = {
  name: 'EndTxn',
  apiKey: 26,
  versions: { oldest: 1, newest: 1 },
  write(writer, body) {
    writeProducer(writer, body).bool(body.commits)
  },
  read(reader) {
    reader.int32()
    return { errorCode: reader.int16() }
  },
}
