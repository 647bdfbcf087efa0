import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import type { MarksLog } from '../../idempotency/kafka/marks-log-port.ts'
import { marksTopicOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { createProducer } from '../producer/producer.ts'
import { LogReader } from '../reader/log-reader.ts'

export interface MarksLogOptions {
  kafka: Kafka
  groupId: string
  /** The input topics. */
  topics: readonly string[]
  clock: Clock
}

/** Two tries are shorter than a rebalance may take: marks are written before a member joins again. */
const LIMITS = { connectTimeoutMs: 8_000, sendTimeoutMs: 15_000 }

/**
 * The ledgers of a group in Kafka. It has a producer of its own, so that marks and dead letters
 * don't wait for each other.
 */
export async function openMarksLog(options: MarksLogOptions): Promise<MarksLog> {
  const producer = await createProducer(options.kafka, LIMITS)
  const reader = await openMarksReader(options)
  return {
    async write(topic, rows) {
      const records = rows.map(({ partition, value }) => ({ key: null, value, partition }))
      await producer.send(marksTopicOf(topic, options.groupId), records)
    },
    read: reader.read,
    async close() {
      await producer.close()
      await reader.close()
    },
  }
}

/** The same, for whoever only reads. */
export async function openMarksReader(
  options: MarksLogOptions,
): Promise<Pick<MarksLog, 'read' | 'close'>> {
  const { groupId, topics } = options
  const topicOf = (topic: string) => marksTopicOf(topic, groupId)
  const reader = new LogReader({
    ...options,
    groupId: `${groupId}.marks-reader.${randomUUID()}`,
    topics: topics.map(topicOf),
  })
  await reader.start()
  return {
    async read(request) {
      const { low, first } = await reader.read({
        ...request,
        topic: topicOf(request.topic),
        onRecord: ({ value, timestampMs }) => request.onRecord(value, timestampMs),
      })
      return { skipped: first - low }
    },
    close: () => reader.close(),
  }
}
