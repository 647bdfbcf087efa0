import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { copyRecord } from '../../pipeline/intake/copy-record.ts'
import { type OutgoingRecord, recordBytes } from '../producer/message.ts'
import { createProducer } from '../producer/producer.ts'

/** What is sent at once: less than a batch may have by the brokers' default. */
const SENT_BYTES = 512 * 1024

/** Writes many records of one partition at a time to a topic, without holding all of them. */
export async function openLogWriter(kafka: Kafka, topic: string) {
  const producer = await createProducer(kafka)
  let waiting: OutgoingRecord[] = []
  let bytes = 0
  let sent = 0

  async function send(): Promise<void> {
    await producer.send(topic, waiting)
    sent += waiting.length
    waiting = []
    bytes = 0
  }

  async function add(record: OutgoingRecord): Promise<void> {
    if (bytes + recordBytes(record) > SENT_BYTES) await send()
    bytes += recordBytes(record)
    waiting.push(record)
  }

  return {
    add,
    /** A copy of the record, in its partition and, by default, with its time. */
    take: (record: SourceRecord, timestampMs = record.timestampMs): Promise<void> => {
      const { key, value, headers, partition } = copyRecord(record)
      return add({ key, value, headers, partition, timestampMs })
    },
    send,
    sent: () => sent,
    close: () => producer.close(),
  }
}
