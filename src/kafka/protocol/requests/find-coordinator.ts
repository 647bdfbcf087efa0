import type { RequestType } from '../request.ts'

export interface CoordinatorAnswer {
  errorCode: number
  nodeId: number
  host: string
  port: number
}

/** Of a group by its id, or of transactions by their transactional id. */
export interface CoordinatorKey {
  type: 'group' | 'transaction'
  key: string
}

const KEY_TYPES = { group: 0, transaction: 1 }

export const findCoordinatorRequest: RequestType<CoordinatorKey, CoordinatorAnswer> = {
  name: 'FindCoordinator',
  apiKey: 10,
  versions: { oldest: 1, newest: 2 },
  write(writer, { type, key }) {
    writer.string(key).int8(KEY_TYPES[type])
  },
  read(reader) {
    reader.int32()
    const errorCode = reader.int16()
    reader.nullableString()
    return { errorCode, nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
  },
}
