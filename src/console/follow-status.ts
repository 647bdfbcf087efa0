import type { Kafka } from 'kafkajs'
import { TopicFollower } from '../kafka/state/topic-follower.ts'
import { type SeenReplica, StatusTable } from '../status/status-table.ts'
import { statusTopicOf } from '../topics/names.ts'
import type { Clock } from '../util/clock.ts'
import type { Logger } from '../util/logger.ts'

export interface FollowedStatus {
  /** The replicas of the group as their last records have them. */
  replicas(): SeenReplica[]
  /** Whether the topic could be read the last time. */
  readonly isCurrent: boolean
  stop(): Promise<void>
}

const POLL_MS = 2_000

/** Follows what a group's replicas write. Resolves when all of it has been read. */
export async function followStatus(options: {
  kafka: Kafka
  groupId: string
  clock: Clock
  log: Logger
}): Promise<FollowedStatus> {
  const table = new StatusTable(options.clock)
  const follower = new TopicFollower({
    ...options,
    topic: statusTopicOf(options.groupId),
    pollMs: POLL_MS,
    whenUnreadable: 'cannot read the status of the replicas; what is shown gets older',
    onRecord: (record) => table.take(record),
  })
  await follower.start()
  return {
    replicas: () => table.replicas(),
    get isCurrent() {
      return follower.isCurrent
    },
    stop: () => follower.stop(),
  }
}
