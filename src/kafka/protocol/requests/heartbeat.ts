import type { RequestType } from '../request.ts'

export interface HeartbeatBody {
  groupId: string
  generation: number
  memberId: string
  instanceId: string | null
}

export const heartbeatRequest: RequestType<HeartbeatBody, { errorCode: number }> = {
  name: 'Heartbeat',
  apiKey: 12,
  versions: { oldest: 3, newest: 3 },
  write(writer, { groupId, generation, memberId, instanceId }) {
    writer.string(groupId).int32(generation).string(memberId).string(instanceId)
  },
  read(reader) {
    reader.int32()
    return { errorCode: reader.int16() }
  },
}
