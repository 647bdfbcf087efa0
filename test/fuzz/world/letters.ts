import type { Admin, Kafka } from 'kafkajs'
import { DLQ, ownHeaders } from '../../../src/dead-letter/headers.ts'
import { headerText } from '../../../src/event/headers.ts'
import type { SourceRecord } from '../../../src/event/record.ts'
import { openCluster } from '../../../src/kafka/client/client.ts'
import { LogReader } from '../../../src/kafka/reader/log-reader.ts'
import { systemClock } from '../../../src/util/clock.ts'
import type { RecordBytes } from '../judge/fate.ts'

/** A dead letter, as far as it is judged. */
export interface Letter {
  /** The original record's: `partition@offset`. */
  place: string
  id: string | undefined
  plugin: string
  reason: string
  error: string
  isStub: boolean
  bytes: RecordBytes
}

export interface Letters {
  /** In the order of reading, forged ones left out. */
  all: readonly Letter[]
  /** Reads to the topic's current end. */
  catchUp(): Promise<void>
  close(): Promise<void>
}

const READ_MS = 60_000

/** Follows a dead-letter topic. */
export async function followLetters(
  { kafka, admin }: { kafka: Kafka; admin: Admin },
  topic: string,
): Promise<Letters> {
  const all: Letter[] = []
  const next = new Map<number, number>()
  const cluster = openCluster(kafka, systemClock)
  const reader = new LogReader({ cluster, topics: [topic], clock: systemClock })
  await reader.start()

  function take(record: SourceRecord): void {
    const { headers, key, value } = record
    const text = (name: string) => headerText(record, name)
    if (text(FORGED) !== undefined) return
    all.push({
      place: `${text(DLQ.partition)}@${text(DLQ.offset)}`,
      id: text('ce_id'),
      plugin: text(DLQ.plugin) ?? '',
      reason: text(DLQ.reason) ?? '',
      error: text(DLQ.error) ?? '',
      isStub: text(DLQ.omitted) !== undefined,
      bytes: { key, value, headers: ownHeaders(headers) },
    })
  }

  return {
    all,
    async catchUp() {
      const lost = AbortSignal.timeout(READ_MS)
      for (const { partition } of await admin.fetchTopicOffsets(topic)) {
        const from = next.get(partition) ?? 0
        const { end } = await reader.read({ topic, partition, from, lost, onRecord: take })
        next.set(partition, end)
      }
    },
    close: async () => reader.close(),
  }
}

/** The header of dead letters that nobody but the fuzzer wrote. */
export const FORGED = 'fuzz.forged'
