import type { RequestType } from '../request.ts'

export interface JoinGroupBody {
  groupId: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  /** Empty for a member that has none yet. */
  memberId: string
  /** Null for a dynamic member. */
  instanceId: string | null
  /** The assignment protocols that the member can use, best first. */
  protocols: readonly { name: string; metadata: Buffer }[]
  /** For the broker's log. */
  reason: string
}

export interface JoinGroupAnswer {
  errorCode: number
  generation: number
  /** The assignment protocol that the group uses; empty on an error. */
  protocol: string
  leader: string
  /**
   * The leader keeps the assignment that the group has: a static leader that was restarted
   * (KIP-814). It gets the members all the same.
   */
  skipAssignment: boolean
  memberId: string
  /** Empty for all but the leader. */
  members: { memberId: string; metadata: Buffer }[]
}

export const joinGroupRequest: RequestType<JoinGroupBody, JoinGroupAnswer> = {
  name: 'JoinGroup',
  apiKey: 11,
  versions: { oldest: 5, newest: 9 },
  compactSince: 6,
  write(writer, body, version) {
    writer.string(body.groupId).int32(body.sessionTimeoutMs).int32(body.rebalanceTimeoutMs)
    writer.string(body.memberId).string(body.instanceId).string('consumer')
    writer.array(body.protocols, ({ name, metadata }) => {
      writer.string(name).bytes(metadata).tags()
    })
    if (version >= 8) writer.string(body.reason)
    writer.tags()
  },
  read(reader, version) {
    reader.int32()
    const errorCode = reader.int16()
    const generation = reader.int32()
    if (version >= 7) reader.nullableString()
    const protocol = reader.string()
    const leader = reader.string()
    const skipAssignment = version >= 9 && reader.bool()
    const memberId = reader.string()
    const members = reader.array(() => {
      const member = { memberId: reader.string(), metadata: readMetadata() }
      reader.tags()
      return member
    })
    reader.tags()
    return { errorCode, generation, protocol, leader, skipAssignment, memberId, members }

    function readMetadata(): Buffer {
      reader.nullableString()
      return reader.bytes()
    }
  },
}
