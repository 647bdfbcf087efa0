import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { maxRequestBytesOf } from '../kafka/client/client.ts'
import type { CommitTogether } from '../kafka/consumer/commit-staged.ts'
import type { Cluster } from '../kafka/protocol/cluster.ts'
import { stagedRecords } from '../kafka/state/staged-records.ts'
import { placeByKey } from '../kafka/transactions/place-by-key.ts'
import { Transactions } from '../kafka/transactions/transactions.ts'
import type { Clock } from '../util/clock.ts'

export interface TransactionalParts {
  kafka: Kafka
  cluster: Cluster
  clock: Clock
  /** The group that reads. */
  groupId: string
  instanceId?: string | undefined
  /** KAFKA_GROUP_ID is the group that owns marks and states. */
  config: { KAFKA_GROUP_ID: string }
}

/** Well within a session: a successor waits for what a killed replica has left open. */
const TRANSACTION_LIMIT_MS = 5_000

/** A static member's transactional id is the same after a restart, which ends what it has left open. */
export function transactionalCommits(parts: TransactionalParts): CommitTogether {
  const { kafka, cluster, clock, groupId, instanceId = randomUUID(), config } = parts
  const transactions = new Transactions({
    ...{ cluster, clock, groupId },
    transactionalId: `${groupId}-${instanceId}`,
    maxRequestBytes: maxRequestBytesOf(kafka),
    timeoutMs: TRANSACTION_LIMIT_MS,
  })
  return async (staged, member, offsets) => {
    const timestampMs = clock.now()
    const writes = stagedRecords(staged, config.KAFKA_GROUP_ID, timestampMs)
    const followUps = staged.partitions.flatMap((each) => each.followUps)
    try {
      const keyed = followUps.map((each) => ({ ...each, timestampMs }))
      writes.push(...(await placeByKey(keyed, cluster)))
    } catch (error) {
      return { type: 'aborted', error: error as Error }
    }
    return transactions.commit({ writes, member, offsets })
  }
}
