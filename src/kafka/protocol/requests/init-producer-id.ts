import type { RequestType } from '../request.ts'

export interface ProducerIdAnswer {
  errorCode: number
  producerId: bigint
  epoch: number
}

const TIMEOUT_MS = 60_000

/** A new id, without transactions. */
export const initProducerIdRequest: RequestType<object, ProducerIdAnswer> = {
  name: 'InitProducerId',
  apiKey: 22,
  versions: { oldest: 0, newest: 1 },
  write(writer) {
    writer.string(null).int32(TIMEOUT_MS)
  },
  read(reader) {
    reader.int32()
    return { errorCode: reader.int16(), producerId: reader.bigInt64(), epoch: reader.int16() }
  },
}
