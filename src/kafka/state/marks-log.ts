import type { Kafka } from 'kafkajs'
import { headersOf, headerText } from '../../event/headers.ts'
import type { MarksLog } from '../../idempotency/kafka/marks-log-port.ts'
import { marksTopicOf, stateTopicOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { openCluster } from '../client/client.ts'
import { recordingRead } from '../producer/denied-topics.ts'
import { createProducer } from '../producer/producer.ts'
import { LogReader } from '../reader/log-reader.ts'
import { transactionsEnded } from '../reader/transactions-ended.ts'

export interface MarksLogOptions {
  kafka: Kafka
  groupId: string
  /** The input topics. */
  topics: readonly string[]
  /** Whether there are state topics. Default false. */
  hasStates?: boolean
  clock: Clock
}

/** In a header, which versions without outcomes don't read. */
export const OUTCOMES_HEADER = 'outcomes'
/** In a header, the group that made the marks, if they were copied from its topic. */
export const FORMER_GROUP = 'group'

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
        return { key: null, value, partition, headers: headersOf({ [OUTCOMES_HEADER]: outcomes }) }
      })
      await producer.send(marksTopicOf(topic, options.groupId), records)
    },
    read: reader.read,
    readStates: reader.readStates,
    async close() {
      await producer.close()
      await reader.close()
    },
  }
}

/** Opens the marks topics of a group for reading only. */
export async function openMarksReader(
  options: MarksLogOptions,
): Promise<Pick<MarksLog, 'read' | 'readStates' | 'close'>> {
  const { kafka, groupId, topics, hasStates, clock } = options
  const topicOf = (topic: string) => marksTopicOf(topic, groupId)
  const statesOf = (topic: string) => stateTopicOf(topic, groupId)
  const cluster = openCluster(kafka, clock)
  const states = hasStates ? topics.map(statesOf) : []
  const reader = new LogReader({ cluster, clock, topics: [...topics.map(topicOf), ...states] })
  await reader.start()
  const elapsedMs = () => clock.elapsedMs()
  const read = (request: Parameters<LogReader['read']>[0]) =>
    recordingRead(kafka, request.topic, elapsedMs, () => reader.read(request))
  return {
    async read(request) {
      const { low, first } = await read({
        ...request,
        topic: topicOf(request.topic),
        onRecord({ value, timestampMs, headers }) {
          const outcomes = headers.last(OUTCOMES_HEADER)
          const packed = Buffer.isBuffer(outcomes) ? outcomes : undefined
          request.onRecord(value, timestampMs, packed, headerText({ headers }, FORMER_GROUP))
        },
      })
      return { skipped: first - low }
    },
    async readStates({ topic, partition, lost, onState }) {
      const logs = [topicOf(topic), statesOf(topic)].map((each) => ({ topic: each, partition }))
      await transactionsEnded(logs, lost, { cluster, clock })
      await read({
        topic: statesOf(topic),
        partition,
        lost,
        onRecord({ key, value, timestampMs }) {
          const text = value?.toString() ?? null
          if (key !== null) onState(key.toString('latin1'), text, timestampMs)
        },
      })
    },
    close: async () => reader.close(),
  }
}
