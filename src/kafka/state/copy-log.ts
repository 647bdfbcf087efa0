import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { copyRecord } from '../../pipeline/intake/retain-record.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { openCluster } from '../client/client.ts'
import { type OutgoingRecord, recordBytes } from '../producer/message.ts'
import { createProducer } from '../producer/producer.ts'
import { LogReader } from '../reader/log-reader.ts'
import { transactionsEnded } from '../reader/transactions-ended.ts'

export interface LogCopy {
  source: string
  target: string
  /** What is written for a record, to the same partition and with its time; undefined leaves it out. */
  copyOf(record: SourceRecord): Pick<OutgoingRecord, 'key' | 'value' | 'headers'> | undefined
}

/** What is sent at once: less than a batch may have by the brokers' default. */
const SENT_BYTES = 512 * 1024
/** Brokers end a transaction that a killed replica left open by then. */
const TRANSACTIONS_LIMIT_MS = 60_000

/**
 * Appends the records of a topic, whose writers have ended, to another one of at least as many partitions.
 * Returns their number. Rejects as reading and writing do; some are copied then.
 */
export async function copyLog(kafka: Kafka, copy: LogCopy): Promise<number> {
  const { source: topic } = copy
  const { signal: lost } = new AbortController()
  const cluster = openCluster(kafka, clock)
  const reader = new LogReader({ cluster, clock, topics: [topic] })
  const writer = await openWriter(kafka, copy)
  try {
    await reader.start()
    const limit = AbortSignal.timeout(TRANSACTIONS_LIMIT_MS)
    for (const partition of cluster.topic(topic)?.partitions.keys() ?? []) {
      await transactionsEnded([{ topic, partition }], limit, { cluster, clock })
      await reader.read({ topic, partition, lost, onRecord: writer.take })
      await writer.send()
    }
    return writer.sent()
  } finally {
    reader.close()
    await writer.close()
  }
}

/** Collects records of one partition at a time. */
async function openWriter(kafka: Kafka, { target, copyOf }: LogCopy) {
  const producer = await createProducer(kafka)
  let waiting: OutgoingRecord[] = []
  let bytes = 0
  let sent = 0

  async function send(): Promise<void> {
    await producer.send(target, waiting)
    sent += waiting.length
    waiting = []
    bytes = 0
  }

  async function take(read: SourceRecord): Promise<void> {
    const copied = copyOf(copyRecord(read))
    if (copied === undefined) return
    const record = { ...copied, partition: read.partition, timestampMs: read.timestampMs }
    if (bytes + recordBytes(record) > SENT_BYTES) await send()
    bytes += recordBytes(record)
    waiting.push(record)
  }

  return { take, send, sent: () => sent, close: () => producer.close() }
}
