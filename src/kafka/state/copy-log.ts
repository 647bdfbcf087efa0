import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { copyRecord } from '../../pipeline/intake/copy-record.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { openCluster } from '../client/client.ts'
import type { OutgoingRecord } from '../producer/message.ts'
import { LogReader } from '../reader/log-reader.ts'
import { transactionsEnded } from '../reader/transactions-ended.ts'
import { openLogWriter } from './log-writer.ts'

export interface LogCopy {
  source: string
  target: string
  /** What is written for a record, to the same partition and with its time; undefined leaves it out. */
  copyOf(record: SourceRecord): Pick<OutgoingRecord, 'key' | 'value' | 'headers'> | undefined
}

/**
 * Appends the records of a topic, whose writers have ended, to another one of at least as many partitions.
 * Returns their number. Rejects as reading and writing do; some are copied then.
 */
export async function copyLog(kafka: Kafka, copy: LogCopy): Promise<number> {
  const { source: topic, target, copyOf } = copy
  const { signal: lost } = new AbortController()
  const cluster = openCluster(kafka, clock)
  const reader = new LogReader({ cluster, clock, topics: [topic] })
  const writer = await openLogWriter(kafka, target)
  const take = async (read: SourceRecord): Promise<void> => {
    const copied = copyOf(copyRecord(read))
    const { partition, timestampMs } = read
    if (copied !== undefined) await writer.add({ ...copied, partition, timestampMs })
  }
  try {
    await reader.start()
    for (const partition of cluster.topic(topic)?.partitions.keys() ?? []) {
      await transactionsEnded([{ topic, partition }], lost, { cluster, clock })
      await reader.read({ topic, partition, lost, onRecord: take })
      await writer.send()
    }
    return writer.sent()
  } finally {
    reader.close()
    await writer.close()
  }
}
