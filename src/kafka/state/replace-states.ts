import type { Kafka } from 'kafkajs'
import { timeAfter } from '../../event/time/time-after.ts'
import { stateTopicOf } from '../../topics/names.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { maxRequestBytesOf, openCluster } from '../client/client.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { LogReader } from '../reader/log-reader.ts'
import { transactionsEnded } from '../reader/transactions-ended.ts'
import type { RecordToWrite } from '../records/records-writer.ts'
import { Transactions } from '../transactions/transactions.ts'

export interface StatesReplacement {
  slug: string
  /** Input topics. */
  topics: readonly string[]
  /** The group whose states of the plugin take the place of those in `to`. */
  from: string
  to: string
  /** Rejects while a member of `to` may hold states in memory. */
  requireStopped(): Promise<void>
  signal: AbortSignal
}

/** For all states of the plugin. Until then, what a killed process left open holds up replicas that start. */
const TRANSACTION_LIMIT_MS = 120_000

/**
 * Replaces what a plugin remembers in a group, all of it or nothing, in one transaction. A replica that
 * joins after the last look at the members reads states only when the transaction has ended, and one that
 * joined before was seen: none has old states in memory afterwards. Doing it again does no harm.
 */
export async function replaceStates(
  kafka: Kafka,
  { slug, topics, from, to, requireStopped, signal }: StatesReplacement,
): Promise<void> {
  const cluster = openCluster(kafka, clock)
  const names = topics.flatMap((topic) => [stateTopicOf(topic, from), stateTopicOf(topic, to)])
  const reader = new LogReader({ cluster, clock, topics: names })
  const transactions = new Transactions({
    ...{ cluster, clock, groupId: from },
    transactionalId: `${from}-rebuild`,
    maxRequestBytes: maxRequestBytesOf(kafka),
    timeoutMs: TRANSACTION_LIMIT_MS,
  })
  try {
    await reader.start()
    const outcome = await transactions.commitWrites(async (write) => {
      await requireStopped()
      for (const { topic, partition } of placesOf(cluster, topics, from)) {
        const source = { topic: stateTopicOf(topic, from), partition }
        const target = { topic: stateTopicOf(topic, to), partition }
        const { last: rebuilt } = await lastRecords(reader, source)
        const { last: replaced, newestMs } = await lastRecords(reader, target)
        for (const name of replaced.keys()) {
          if (!rebuilt.has(name)) rebuilt.set(name, null)
        }
        // No batch is made of no records.
        if (rebuilt.size > 0) await write([{ ...target, records: recordsOf(rebuilt, newestMs) }])
      }
      await requireStopped()
    })
    if (outcome.type !== 'committed') throw notReplaced(outcome.type, outcome.error)
  } finally {
    reader.close()
  }

  /** The last value of each of the plugin's names, without those that are cleared, and the newest time. */
  async function lastRecords(
    logs: LogReader,
    place: TopicPartition,
  ): Promise<{ last: Map<string, Buffer | null>; newestMs: number }> {
    const last = new Map<string, Buffer | null>()
    let newestMs = 0
    await transactionsEnded([place], signal, { cluster, clock })
    await logs.read({
      ...place,
      lost: signal,
      onRecord({ key, value, timestampMs }) {
        const name = key?.toString('latin1') ?? ''
        if (!name.startsWith(`${slug}\u0000`)) return
        newestMs = Math.max(newestMs, timestampMs)
        if (value === null) last.delete(name)
        else last.set(name, Buffer.from(value))
      },
    })
    return { last, newestMs }
  }
}

function placesOf(cluster: Cluster, topics: readonly string[], group: string): TopicPartition[] {
  return topics.flatMap((topic) =>
    [...(cluster.topic(stateTopicOf(topic, group))?.partitions.keys() ?? [])].map((partition) => {
      return { topic, partition }
    }),
  )
}

function recordsOf(states: ReadonlyMap<string, Buffer | null>, beforeMs: number): RecordToWrite[] {
  const timestampMs = timeAfter(clock.now(), beforeMs)
  return [...states].map(([name, value]) => {
    return { key: Buffer.from(name, 'latin1'), value, timestampMs }
  })
}

function notReplaced(how: 'aborted' | 'unknown', error: Error): Error {
  if (how === 'aborted') return error
  const message = `it is not known whether the states were replaced: ${error.message}`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true, cause: error })
}
