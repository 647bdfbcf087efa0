import { onTestFinished } from 'vitest'
import { openCluster } from '../../src/kafka/client/client.ts'
import { Coordinator } from '../../src/kafka/member/coordinator.ts'
import { leaveGroupRequest } from '../../src/kafka/protocol/requests/leave-group.ts'
import { systemClock } from '../../src/util/clock.ts'
import { withAdmin } from '../support/group.ts'
import { serviceClient } from '../support/stack.ts'

/** Makes the coordinator evict a member, as after a session timeout. */
export async function evict(groupId: string, clientId: string): Promise<void> {
  const { groups } = await withAdmin((admin) => admin.describeGroups([groupId]))
  const member = groups[0]?.members.find((each) => each.clientId === clientId)
  if (member === undefined) throw new Error(`${clientId} is not a member of ${groupId}`)
  const cluster = openCluster(serviceClient(), systemClock)
  onTestFinished(() => cluster.close())
  await cluster.refresh()
  const { memberId } = member
  const coordinator = new Coordinator(cluster, { type: 'group', key: groupId })
  await coordinator.send('group', leaveGroupRequest, { groupId, memberId }, 5_000)
}
