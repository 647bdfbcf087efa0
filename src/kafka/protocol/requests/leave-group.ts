import type { RequestType } from '../request.ts'

export const leaveGroupRequest: RequestType<
  { groupId: string; memberId: string },
  { errorCode: number }
> = {
  name: 'LeaveGroup',
  apiKey: 13,
  // Version 3, of several members, came with Kafka 2.4.
  versions: { oldest: 1, newest: 3 },
  write(writer, { groupId, memberId }, version) {
    writer.string(groupId)
    if (version < 3) writer.string(memberId)
    else writer.array([memberId], (member) => writer.string(member).string(null))
  },
  read(reader) {
    reader.int32()
    return { errorCode: reader.int16() }
  },
}
