import type { RequestType } from '../request.ts'

export interface ProducerIdAnswer {
  errorCode: number
  producerId: bigint
  epoch: number
}

export interface ProducerIdBody {
  /** Null for a producer without transactions. */
  transactionalId: string | null
  /** After which the coordinator aborts a transaction. */
  timeoutMs: number
}

/**
 * A new id; with a transactional id, its own one with the next epoch: producers of an earlier epoch are
 * fenced, and their transaction is aborted.
 */
export const initProducerIdRequest: RequestType<ProducerIdBody, ProducerIdAnswer> = {
  name: 'InitProducerId',
  apiKey: 22,
  versions: { oldest: 0, newest: 1 },
  write(writer, { transactionalId, timeoutMs }) {
    writer.string(transactionalId).int32(timeoutMs)
  },
  read(reader) {
    reader.int32()
    return { errorCode: reader.int16(), producerId: reader.bigInt64(), epoch: reader.int16() }
  },
}
