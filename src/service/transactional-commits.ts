import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { timeAfter } from '../event/time/time-after.ts'
import { maxRequestBytesOf } from '../kafka/client/client.ts'
import { kafkaError } from '../kafka/client/errors.ts'
import type { CommitTogether } from '../kafka/consumer/commit-staged.ts'
import { recordWrite } from '../kafka/producer/denied-topics.ts'
import type { Cluster } from '../kafka/protocol/cluster.ts'
import { TopicsRefused } from '../kafka/protocol/topics-refused.ts'
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

export interface TransactionalCommits {
  /** Rejects with KAFKA_REFUSED if the user may not write with the transactional id: no commit would succeed. */
  prepare(): Promise<void>
  commit: CommitTogether
}

/** A static member's transactional id is the same after a restart, which ends what it has left open. */
export function transactionalCommits(parts: TransactionalParts): TransactionalCommits {
  const { kafka, cluster, clock, groupId, instanceId = randomUUID(), config } = parts
  const transactions = new Transactions({
    ...{ cluster, clock, groupId },
    transactionalId: `${groupId}-${instanceId}`,
    maxRequestBytes: maxRequestBytesOf(kafka),
    timeoutMs: TRANSACTION_LIMIT_MS,
  })
  /** Of the records of the last transaction. */
  let lastMs = 0
  const commit: CommitTogether = async (staged, member, offsets) => {
    const timestampMs = clock.now()
    const read = staged.partitions.map(({ newestMs }) => newestMs)
    lastMs = timeAfter(timestampMs, Math.max(lastMs, ...read))
    const writes = stagedRecords(staged, config.KAFKA_GROUP_ID, lastMs)
    const followUps = staged.partitions.flatMap((each) => each.followUps)
    try {
      const keyed = followUps.map((each) => ({ ...each, timestampMs }))
      writes.push(...(await placeByKey(keyed, cluster)))
    } catch (error) {
      return { type: 'aborted', error: error as Error }
    }
    const outcome = await transactions.commit({ writes, member, offsets })
    if (outcome.type === 'committed') {
      for (const { topic } of writes) recordWrite(kafka, topic, clock.elapsedMs())
    }
    if (outcome.type !== 'aborted') return outcome
    return { ...outcome, error: refusalOf(outcome.error, writes) }
  }

  /** Readiness names a topic that may not be written to. */
  function refusalOf(error: Error, writes: readonly { topic: string }[]): Error {
    if (!(error instanceof TopicsRefused)) return error
    for (const topic of error.topics) {
      // The others are those whose offsets are committed.
      if (!writes.some((each) => each.topic === topic)) continue
      const failure = kafkaError(error.cause, `write to topic ${topic}`)
      if (failure.code !== 'KAFKA_REFUSED') continue
      recordWrite(kafka, topic, clock.elapsedMs(), failure)
      return new TopicsRefused([topic], failure)
    }
    return error
  }

  return { prepare: () => transactions.prepare(), commit }
}
