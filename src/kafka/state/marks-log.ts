import type { Kafka } from 'kafkajs'
import { headersOf } from '../../event/headers.ts'
import type { MarksLog } from '../../idempotency/kafka/marks-log-port.ts'
import { marksTopicOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { openCluster } from '../client/client.ts'
import { createProducer } from '../producer/producer.ts'
import { LogReader } from '../reader/log-reader.ts'

export interface MarksLogOptions {
  kafka: Kafka
  groupId: string
  /** The input topics. */
  topics: readonly string[]
  clock: Clock
}

/** In a header, which versions without outcomes don't read. */
const OUTCOMES = 'outcomes'

/**
 * Two attempts take less time than a rebalance may: marks are written before the member rejoins.
 */
const LIMITS = { connectTimeoutMs: 8_000, sendTimeoutMs: 15_000 }

/**
 * Opens the marks topics of a group for writing and reading. They get a producer of their own, so
 * that marks and dead letters do not wait for each other. Rejects with KAFKA_UNAVAILABLE.
 */
export async function openMarksLog(options: MarksLogOptions): Promise<MarksLog> {
  const producer = await createProducer(options.kafka, LIMITS)
  const reader = await openMarksReader(options)
  return {
    async write(topic, rows) {
      const records = rows.map(({ partition, value, outcomes }) => {
        return { key: null, value, partition, headers: headersOf({ [OUTCOMES]: outcomes }) }
      })
      await producer.send(marksTopicOf(topic, options.groupId), records)
    },
    read: reader.read,
    async close() {
      await producer.close()
      await reader.close()
    },
  }
}

/** Opens the marks topics of a group for reading only. */
export async function openMarksReader(
  options: MarksLogOptions,
): Promise<Pick<MarksLog, 'read' | 'close'>> {
  const { groupId, topics } = options
  const topicOf = (topic: string) => marksTopicOf(topic, groupId)
  const reader = new LogReader({
    cluster: openCluster(options.kafka, options.clock),
    clock: options.clock,
    topics: topics.map(topicOf),
  })
  await reader.start()
  return {
    async read(request) {
      const { low, first } = await reader.read({
        ...request,
        topic: topicOf(request.topic),
        onRecord({ value, timestampMs, headers }) {
          const outcomes = headers.last(OUTCOMES)
          request.onRecord(value, timestampMs, Buffer.isBuffer(outcomes) ? outcomes : undefined)
        },
      })
      return { skipped: first - low }
    },
    close: async () => reader.close(),
  }
}
