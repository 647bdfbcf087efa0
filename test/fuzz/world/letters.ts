import type { Admin, Consumer, Kafka } from 'kafkajs'
import { DLQ, ownHeaders } from '../../../src/dead-letter/headers.ts'
import { waitUntil } from '../../../src/dev/stack/process/poll.ts'
import type { RecordHeaders } from '../../../src/event/record.ts'
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
  const consumer: Consumer = kafka.consumer({ groupId: `${topic}.reader`, maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      next.set(partition, Number(message.offset) + 1)
      const headers = (message.headers ?? {}) as RecordHeaders
      const text = (name: string) => {
        const value = headers[name]
        return (Array.isArray(value) ? value.at(-1) : value)?.toString()
      }
      if (text(FORGED) !== undefined) return
      all.push({
        place: `${text(DLQ.partition)}@${text(DLQ.offset)}`,
        id: text('ce_id'),
        plugin: text(DLQ.plugin) ?? '',
        reason: text(DLQ.reason) ?? '',
        error: text(DLQ.error) ?? '',
        isStub: text(DLQ.omitted) !== undefined,
        bytes: { key: message.key, value: message.value, headers: ownHeaders(headers) },
      })
    },
  })
  return {
    all,
    async catchUp() {
      const ends = await admin.fetchTopicOffsets(topic)
      const isRead = () =>
        ends.every(({ partition, high }) => Number(high) <= (next.get(partition) ?? 0))
      if (await waitUntil(isRead, { timeoutMs: READ_MS, intervalMs: 10 })) return
      throw new Error(`could not read ${topic} to its end`)
    },
    close: () => consumer.disconnect(),
  }
}

/** The header of dead letters that nobody but the fuzzer wrote. */
export const FORGED = 'fuzz.forged'
