import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { withLogReader } from './with-log-reader.ts'

/** The record at an offset; undefined where there is none. Rejects as a LogReader does. */
export async function readRecord(
  kafka: Kafka,
  { topic, partition, offset }: { topic: string; partition: number; offset: number },
): Promise<SourceRecord | undefined> {
  let found: SourceRecord | undefined
  await withLogReader(kafka, [topic], (reader) =>
    reader.read({
      topic,
      partition,
      from: offset,
      to: offset + 1,
      lost: new AbortController().signal,
      onRecord(record) {
        if (record.offset === offset) found = record
      },
    }),
  )
  return found
}
