import kafkajs, { type Admin } from 'kafkajs'
import { retryRequest } from '../../src/kafka/client/retry-request.ts'
import { kafkaClient, until } from './stack.ts'

export interface GroupOffset {
  partition: number
  committed: number
  end: number
}

/** Committed and end offset of each partition. Without a committed offset it is the start. */
export function groupOffsets(groupId: string, topic: string): Promise<GroupOffset[]> {
  return withAdmin((admin) => offsetsOf(admin, groupId, topic))
}

/** Waits until the group has committed the end of each partition. */
export async function untilCommitted(
  groupId: string,
  topic: string,
  timeoutMs: number,
): Promise<void> {
  // One connection for all the asking: to open one takes both sides longer than to answer.
  await withAdmin((admin) => {
    const isEven = async () =>
      (await offsetsOf(admin, groupId, topic)).every(({ committed, end }) => committed === end)
    return until(isEven, { what: `group ${groupId} to commit the end of ${topic}`, timeoutMs })
  })
}

async function offsetsOf(admin: Admin, groupId: string, topic: string): Promise<GroupOffset[]> {
  // A coordinator that has just been elected refuses the first requests.
  const fetchOffsets = () => admin.fetchOffsets({ groupId, topics: [topic] })
  const [group] = await retryRequest(fetchOffsets)
  const ends = await retryRequest(() => admin.fetchTopicOffsets(topic))
  return ends
    .map(({ partition, low, high }) => {
      const offset = Number(group?.partitions.find((row) => row.partition === partition)?.offset)
      return { partition, committed: offset < 0 ? Number(low) : offset, end: Number(high) }
    })
    .sort((a, b) => a.partition - b.partition)
}

/** The partitions of the topic that each member of the group has, as the broker reports them. */
export function groupMembers(groupId: string, topic: string): Promise<number[][]> {
  return withAdmin(async (admin) => {
    const { groups } = await admin.describeGroups([groupId])
    const members = groups[0]?.members ?? []
    return members.map(({ memberAssignment }) => {
      const assignment = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)
      return assignment?.assignment[topic] ?? []
    })
  })
}

export async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient().admin()
  await admin.connect()
  return work(admin).finally(() => admin.disconnect())
}
