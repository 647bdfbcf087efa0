import { openCluster } from '../../src/kafka/client/client.ts'
import { GroupMember } from '../../src/kafka/member/group-member.ts'
import { faultOf } from '../../src/kafka/member/member-fault.ts'
import { systemClock as clock } from '../../src/util/clock.ts'
import { serviceClient } from './stack.ts'

/** A member of the service's group that leaves as soon as it has joined. */
export async function comeAndGo(groupId: string, topic: string): Promise<void> {
  const cluster = openCluster(serviceClient(), clock)
  const member = new GroupMember({
    cluster,
    groupId,
    instanceId: undefined,
    topics: [topic],
    mode: 'cooperative',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    onConfirmed() {},
    nowMs: () => clock.elapsedMs(),
  })
  try {
    await cluster.want([topic])
    await joined(member)
    await member.leave()
  } finally {
    cluster.close()
  }
}

/** Another rebalance may begin before the assignment is there: members join again then. */
async function joined(member: GroupMember): Promise<void> {
  for (;;) {
    try {
      await member.join([], 'to disturb')
      return
    } catch (error) {
      if (faultOf(error as Error) !== 'rejoin') throw error
    }
  }
}
