import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { search } from '../../kafka/reader/search-topics.ts'

export interface ReadTopicOptions {
  topic: string
  timeoutMs: number
  onRecord(record: SourceRecord): void
}

/**
 * Reads a topic from its start to its current end, each partition in order. Rejects with
 * KAFKA_UNAVAILABLE, also when the end is not reached in time.
 */
export async function readTopic(kafka: Kafka, options: ReadTopicOptions): Promise<void> {
  const { topic, timeoutMs, onRecord } = options
  await search(kafka, { topics: [topic], signal: AbortSignal.timeout(timeoutMs), onRecord })
}
