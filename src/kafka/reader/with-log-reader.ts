import type { Kafka } from 'kafkajs'
import { systemClock as clock } from '../../util/clock.ts'
import { openCluster } from '../client/client.ts'
import { LogReader } from './log-reader.ts'

/** Runs `work` with a reader of the topics. */
export async function withLogReader<T>(
  kafka: Kafka,
  topics: readonly string[],
  work: (reader: LogReader) => Promise<T>,
): Promise<T> {
  const reader = new LogReader({ cluster: openCluster(kafka, clock), topics, clock })
  try {
    await reader.start()
    return await work(reader)
  } finally {
    reader.close()
  }
}
