import type { RequestType } from '../request.ts'

export interface CoordinatorAnswer {
  errorCode: number
  nodeId: number
  host: string
  port: number
}

const GROUP = 0

export const findCoordinatorRequest: RequestType<{ groupId: string }, CoordinatorAnswer> = {
  name: 'FindCoordinator',
  apiKey: 10,
  versions: { oldest: 1, newest: 2 },
  write(writer, { groupId }) {
    writer.string(groupId).int8(GROUP)
  },
  read(reader) {
    reader.int32()
    const errorCode = reader.int16()
    reader.nullableString()
    return { errorCode, nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
  },
}
