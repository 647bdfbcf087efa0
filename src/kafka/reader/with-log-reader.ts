import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { systemClock } from '../../util/clock.ts'
import { LogReader } from './log-reader.ts'

/** Lets `work` read the topics, by a reader in a group of its own whose name begins like this. */
export async function withLogReader<T>(
  kafka: Kafka,
  { groupPrefix, topics }: { groupPrefix: string; topics: readonly string[] },
  work: (reader: LogReader) => Promise<T>,
): Promise<T> {
  const groupId = `${groupPrefix}.${randomUUID()}`
  const reader = new LogReader({ kafka, groupId, topics, clock: systemClock })
  try {
    await reader.start()
    return await work(reader)
  } finally {
    await reader.close()
  }
}
