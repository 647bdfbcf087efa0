import kafkajs from 'kafkajs'
import { withAdmin } from '../support/group.ts'
import { until } from '../support/stack.ts'

/**
 * By client id, then topic: the partitions of each member, as the group coordinator reports them.
 */
export type Assignments = Record<string, Record<string, number[]>>

/** The group's assignments; undefined while it is rebalancing. */
export function assignmentsOf(groupId: string): Promise<Assignments | undefined> {
  return withAdmin(async (admin) => {
    const { groups } = await admin.describeGroups([groupId])
    const [group] = groups
    if (group?.state !== 'Stable') return undefined
    const decode = kafkajs.AssignerProtocol.MemberAssignment.decode
    return Object.fromEntries(
      group.members.map(({ clientId, memberAssignment }) => {
        return [clientId, decode(memberAssignment)?.assignment ?? {}]
      }),
    )
  })
}

/** Waits until the group is stable with these members, by client id. */
export function assigned(
  groupId: string,
  clientIds: string[],
  timeoutMs = 30_000,
): Promise<Assignments> {
  const ask = async () => {
    const found = await assignmentsOf(groupId)
    const isComplete =
      Object.keys(found ?? {})
        .sort()
        .join() === [...clientIds].sort().join()
    return isComplete ? found : undefined
  }
  return until(ask, { what: `a stable group of ${clientIds.join(' and ')}`, timeoutMs })
}

/** The same when each member also has partitions of the topic, and all have been handed over. */
export function shared(groupId: string, topic: string, clientIds: string[]): Promise<Assignments> {
  const ask = async () => {
    const found = await assigned(groupId, clientIds)
    const counts = Object.values(found).map((topics) => topics[topic]?.length ?? 0)
    return Math.min(...counts) > 0 && Math.max(...counts) - Math.min(...counts) <= 1 && found
  }
  return until(ask, {
    what: `a share of ${topic} for ${clientIds.join(' and ')}`,
  }) as Promise<Assignments>
}
