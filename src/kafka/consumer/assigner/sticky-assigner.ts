import { AssignerProtocol, type GroupMember, type PartitionAssigner } from 'kafkajs'
import { balance, byTopic, type Member } from './balance.ts'
import {
  decodeMemberMetadata,
  encodeMemberMetadata,
  type MemberMetadata,
} from './member-metadata.ts'

interface Cluster {
  addMultipleTargetTopics(topics: string[]): Promise<void>
  findTopicPartitionMetadata(topic: string): { partitionId: number }[]
}

const NAME = 'inventory-events-sticky'
const VERSION = 1

/**
 * Lets members keep the partitions that they had. The leader also assigns topics that it does not
 * subscribe to itself, so a roll-out that adds a topic leaves none unread. `claims` is called
 * before each join.
 */
export function stickyAssigner(claims: () => MemberMetadata): PartitionAssigner {
  return ({ cluster }) => ({
    name: NAME,
    version: VERSION,
    protocol: ({ topics }) => ({
      name: NAME,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: VERSION,
        topics,
        userData: encodeMemberMetadata(claims()),
      }),
    }),
    async assign({ members }) {
      const group = members.map(memberOf)
      const widths = await widthsOf(cluster as unknown as Cluster, group)
      const shares = balance(group, widths)
      return members.map(({ memberId }) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: VERSION,
          assignment: byTopic(shares.get(memberId) ?? []),
          userData: Buffer.alloc(0),
        }),
      }))
    },
  })
}

function memberOf({ memberId, memberMetadata }: GroupMember): Member {
  const decoded = AssignerProtocol.MemberMetadata.decode(memberMetadata)
  const { generation, owned } = decodeMemberMetadata(decoded?.userData)
  return { id: memberId, topics: decoded?.topics ?? [], claims: owned, generation }
}

async function widthsOf(cluster: Cluster, members: Member[]): Promise<Map<string, number>> {
  const topics = [...new Set(members.flatMap((member) => member.topics))]
  await cluster.addMultipleTargetTopics(topics)
  return new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]))
}
