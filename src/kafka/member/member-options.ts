import type { Cluster } from '../protocol/cluster.ts'
import type { TopicPartition } from './assigner/balance.ts'
import type { RebalanceMode } from './protocols.ts'

export interface MemberOptions {
  cluster: Cluster
  groupId: string
  /** Of a static member: the group keeps its partitions for it while it is restarted. */
  instanceId: string | undefined
  topics: readonly string[]
  mode: RebalanceMode
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  /** Whether offsets are read only once no transaction that commits them is under way. Default false. */
  requiresStable?: boolean
  /** The coordinator confirmed that this is a member. `sentAtMs`: when it was asked, monotonic. */
  onConfirmed(sentAtMs: number): void
  nowMs(): number
}

export interface Joined {
  assigned: TopicPartition[]
  /** Whether the leader, which this member is, must join again to have its plan assigned. */
  isOutdated: boolean
  /** Whether a partition that another member holds is assigned to nobody until it is handed over. */
  isCooperative: boolean
}

/** As which a member commits: of a later generation, it is another one. */
export interface MemberIdentity {
  groupId: string
  instanceId: string | null
  generation: number
  memberId: string
}

/** Why an offset was not committed. */
export interface Refusal extends TopicPartition {
  error: Error
}
