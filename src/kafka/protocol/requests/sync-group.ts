import type { RequestType } from '../request.ts'

export interface SyncGroupBody {
  groupId: string
  generation: number
  memberId: string
  instanceId: string | null
  protocol: string
  /** Empty for all but the leader. */
  assignments: readonly { memberId: string; assignment: Buffer }[]
}

export interface SyncGroupAnswer {
  errorCode: number
  assignment: Buffer
}

export const syncGroupRequest: RequestType<SyncGroupBody, SyncGroupAnswer> = {
  name: 'SyncGroup',
  apiKey: 14,
  versions: { oldest: 3, newest: 5 },
  compactSince: 4,
  write(writer, body, version) {
    writer.string(body.groupId).int32(body.generation).string(body.memberId)
    writer.string(body.instanceId)
    if (version >= 5) writer.string('consumer').string(body.protocol)
    writer.array(body.assignments, ({ memberId, assignment }) => {
      writer.string(memberId).bytes(assignment).tags()
    })
    writer.tags()
  },
  read(reader, version) {
    reader.int32()
    const errorCode = reader.int16()
    if (version >= 5) {
      reader.nullableString()
      reader.nullableString()
    }
    const assignment = reader.bytes()
    reader.tags()
    return { errorCode, assignment }
  },
}
