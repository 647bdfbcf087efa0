import type { Admin, Kafka } from 'kafkajs'
import { within } from '../event/within.ts'
import { kafkaError } from './kafka-error.ts'
import { type RangeSearch, rangesOf } from './search.ts'

/** A partition's offsets from `start` up to `end`, which is not one of them. */
export interface OffsetRange {
  topic: string
  partition: number
  start: number
  end: number
}

const LIMIT_MS = 30_000

/**
 * The offsets that the records of a time have, in every partition of the topics; empty ranges where
 * the key is elsewhere. Without an end in time they end where the log ends now. Rejects with
 * KAFKA_UNAVAILABLE or TOPIC_MISSING.
 */
export async function resolveRanges(kafka: Kafka, wanted: RangeSearch): Promise<OffsetRange[]> {
  const found = await rangesOf(kafka, wanted)
  const logs = await logRanges(kafka, wanted.topics)
  return logs.map(({ topic, partition, start: low, end: high }) => {
    const range = found.find((each) => each.topic === topic && each.partition === partition)
    const end = Math.min(range?.to ?? high, high)
    const start = range === undefined ? end : Math.max(low, range.from ?? low)
    return { topic, partition, start: Math.min(start, end), end }
  })
}

/** What the log of every partition of the topics holds. Rejects as `resolveRanges`. */
export async function logRanges(kafka: Kafka, topics: readonly string[]): Promise<OffsetRange[]> {
  const admin = kafka.admin()
  const ask = async () => {
    await admin.connect()
    return (await Promise.all(topics.map((topic) => ofTopic(admin, topic)))).flat()
  }
  try {
    return await within(ask(), LIMIT_MS, () => new Error(`no answer within ${LIMIT_MS / 1000} s`))
  } catch (error) {
    throw kafkaError(error, `ask for the ends of ${topics.join(', ')}`)
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}

async function ofTopic(admin: Admin, topic: string): Promise<OffsetRange[]> {
  const rows = await admin.fetchTopicOffsets(topic)
  return rows
    .map(({ partition, low, high }) => ({
      topic,
      partition,
      start: Number(low),
      end: Number(high),
    }))
    .sort((a, b) => a.partition - b.partition)
}
