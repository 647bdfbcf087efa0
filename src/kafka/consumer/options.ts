import type { Intake } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import type { Logger } from '../../util/logger.ts'
import type { RebalanceMode } from '../member/protocols.ts'
import type { Cluster } from '../protocol/cluster.ts'
import type { CommitTogether } from './commit-staged.ts'
import type { CommitHistory, OutOfRangePolicy, OutOfRangePorts } from './offset-reset.ts'

export interface GroupConsumerOptions {
  /** Closed with the consumer. */
  cluster: Cluster
  groupId: string
  /** Of a static member; see `MemberOptions`. */
  instanceId: string | undefined
  mode: RebalanceMode
  topics: readonly string[]
  intake: Intake
  /** Where some plugins have state. */
  commitTogether?: CommitTogether | undefined
  clock: Clock
  log: Logger
  history: CommitHistory
  outOfRange: OutOfRangePolicy
  sessionTimeoutMs: number
  commitIntervalMs: number
  /** Of records that were fetched and wait to be taken. */
  maxFetchedBytes: number
  /** How long a partition that is handed over may wait for running handlers. */
  rebalanceDrainMs: number
  reports: ConsumerReports
}

/** A join of the group, from its begin until what is assigned is known. */
export interface Rebalance {
  seconds: number
  /** Why this member joined. */
  reason: string
  /** Partitions that it has now, and how many of them it is to hand over. */
  partitions: number
  leaving: number
}

export interface ConsumerReports extends Pick<OutOfRangePorts, 'onOutOfRange'> {
  onRebalance(rebalance: Rebalance): void
  onCommit(result: 'ok' | 'failed'): void
  /** The service cannot continue. */
  onFailure(error: Error): void
}
