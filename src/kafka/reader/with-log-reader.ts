import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { systemClock } from '../../util/clock.ts'
import { LogReader } from './log-reader.ts'

/** Runs `work` with a reader of the topics, in a new group with this name prefix. */
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
