import { type Admin, AssignerProtocol } from 'kafkajs'
import { waitFor } from '../../src/dev/replicas/wait-for.ts'
import type { Cluster } from '../faults/cluster.ts'
import { pollUntil } from '../faults/poll-until.ts'
import type { Owners } from './moves.ts'

export interface OwnersWatch {
  /** Each complete assignment seen, in order. */
  readonly seen: readonly Owners[]
  /** Waits until the group has this many members and they own all partitions. */
  settled(members: number): Promise<void>
  stop(): Promise<void>
}

export interface WatchedGroup {
  groupId: string
  topic: string
  partitions: number
  signal: AbortSignal
}

const INTERVAL_MS = 50
const SETTLED_MS = 180_000

/** Polls the broker for the assignment of a group. */
export async function watchOwners(cluster: Cluster, group: WatchedGroup): Promise<OwnersWatch> {
  const { groupId, topic, partitions, signal } = group
  const seen: Owners[] = []
  /** Undefined while the group is rebalancing or its coordinator is not ready. */
  let isStable = false

  async function ask(admin: Admin): Promise<void> {
    const { groups } = await admin.describeGroups([groupId])
    const { state, members } = groups[0]!
    const owners = ownersIn(members, topic)
    isStable = state === 'Stable' && owners.byPartition.size === partitions
    if (isStable && !isSame(owners, seen.at(-1))) seen.push(owners)
  }

  return {
    seen,
    async settled(count) {
      const last = () => `it has ${seen.at(-1)?.members.length}`
      const isSettled = () => isStable && seen.at(-1)?.members.length === count
      const options = { timeoutMs: SETTLED_MS, signal, last }
      await waitFor(`the group to have ${count} members`, isSettled, options)
    },
    stop: await pollUntil(cluster, INTERVAL_MS, ask),
  }
}

interface DescribedMember {
  memberId: string
  memberAssignment: Buffer
}

function ownersIn(members: readonly DescribedMember[], topic: string): Owners {
  const owned = members.flatMap(({ memberId, memberAssignment }) => {
    const decoded =
      memberAssignment.length > 0
        ? AssignerProtocol.MemberAssignment.decode(memberAssignment)
        : undefined
    return (decoded?.assignment[topic] ?? []).map((each) => [each, memberId] as const)
  })
  return { members: members.map(({ memberId }) => memberId).sort(), byPartition: new Map(owned) }
}

function isSame(a: Owners, b: Owners | undefined): boolean {
  if (b === undefined || a.members.join() !== b.members.join()) return false
  return [...a.byPartition].every(([partition, owner]) => b.byPartition.get(partition) === owner)
}
