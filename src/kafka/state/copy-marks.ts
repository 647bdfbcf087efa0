import type { Kafka } from 'kafkajs'
import { headersOf, headerText } from '../../event/headers.ts'
import { copyRecord } from '../../pipeline/intake/retain-record.ts'
import { marksTopicOf } from '../../topics/names.ts'
import { type OutgoingRecord, recordBytes } from '../producer/message.ts'
import { createProducer } from '../producer/producer.ts'
import { logRanges, type OffsetRange } from '../reader/offset-ranges.ts'
import { withLogReader } from '../reader/with-log-reader.ts'
import { FORMER_GROUP } from './marks-log.ts'

export interface MarksCopy {
  /** Input topics. */
  topics: readonly string[]
  from: string
  to: string
}

/** What is sent at once: less than a batch may have by the brokers' default. */
const SENT_BYTES = 512 * 1024

/**
 * Appends the records of a group's marks topics to those of another group, with their times, and with
 * the name of the group that made them. A mark does not say which plugin it is of, so all are copied.
 * Copying them again does no harm: of two marks of a key, the first counts. Returns the number of records.
 * Rejects as reading and writing do; some are copied then.
 */
export async function copyMarks(kafka: Kafka, { topics, from, to }: MarksCopy): Promise<number> {
  const { signal: lost } = new AbortController()
  const sources = topics.map((topic) => marksTopicOf(topic, from))
  const ranges = await logRanges(kafka, sources)
  const producer = await createProducer(kafka)
  let copied = 0

  async function copy({ topic, partition, end }: OffsetRange, target: string): Promise<void> {
    let waiting: OutgoingRecord[] = []
    let bytes = 0
    const send = async () => {
      await producer.send(target, waiting)
      copied += waiting.length
      waiting = []
      bytes = 0
    }
    await withLogReader(kafka, [topic], (reader) =>
      reader.read({
        topic,
        partition,
        to: end,
        lost,
        async onRecord(read) {
          const { value, timestampMs, headers } = copyRecord(read)
          const group = headerText(read, FORMER_GROUP) ?? from
          const ownHeaders = headersOf({ [FORMER_GROUP]: group }, headers)
          const record = { key: null, value, timestampMs, headers: ownHeaders, partition }
          if (bytes + recordBytes(record) > SENT_BYTES) await send()
          bytes += recordBytes(record)
          waiting.push(record)
        },
      }),
    )
    await send()
  }

  try {
    for (const input of topics) {
      const source = marksTopicOf(input, from)
      const filled = ranges.filter(({ topic, start, end }) => topic === source && start < end)
      for (const range of filled) await copy(range, marksTopicOf(input, to))
    }
    return copied
  } finally {
    await producer.close()
  }
}
