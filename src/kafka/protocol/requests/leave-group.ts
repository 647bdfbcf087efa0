import type { RequestType } from '../request.ts'

export const leaveGroupRequest: RequestType<
  { groupId: string; memberId: string },
  { errorCode: number }
> = {
  name: 'LeaveGroup',
  apiKey: 13,
  versions: { oldest: 3, newest: 3 },
  write(writer, { groupId, memberId }) {
    writer.string(groupId).array([memberId], (member) => writer.string(member).string(null))
  },
  read(reader) {
    reader.int32()
    return { errorCode: reader.int16() }
  },
}
