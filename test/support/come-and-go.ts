import { openCluster } from '../../src/kafka/client/client.ts'
import { GroupMember } from '../../src/kafka/member/group-member.ts'
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
  await cluster.want([topic])
  await member.join([], 'to disturb')
  await member.leave()
  cluster.close()
}
