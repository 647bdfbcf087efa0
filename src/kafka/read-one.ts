import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { systemClock } from '../event/clock.ts'
import type { SourceRecord } from '../event/record.ts'
import { LogReader } from './log-reader.ts'

/** The record at an offset; undefined where there is none. Rejects as a LogReader does. */
export async function readOne(
  kafka: Kafka,
  groupId: string,
  { topic, partition, offset }: { topic: string; partition: number; offset: number },
): Promise<SourceRecord | undefined> {
  let found: SourceRecord | undefined
  const reader = new LogReader({
    kafka,
    groupId: `${groupId}.search.${randomUUID()}`,
    topics: [topic],
    clock: systemClock,
  })
  try {
    await reader.start()
    await reader.read({
      topic,
      partition,
      from: offset,
      to: offset + 1,
      lost: new AbortController().signal,
      onRecord(record) {
        if (record.offset === offset) found = record
      },
    })
    return found
  } finally {
    await reader.close()
  }
}
