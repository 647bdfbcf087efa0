import type { Kafka } from 'kafkajs'
import { within } from '../event/within.ts'
import { kafkaError } from './kafka-error.ts'

const LIMIT_MS = 30_000

/**
 * The offset that the next record of each partition will get, by topic and partition. Rejects with
 * KAFKA_UNAVAILABLE or TOPIC_MISSING.
 */
export async function endOffsets(
  kafka: Kafka,
  topics: readonly string[],
): Promise<Record<string, Record<number, number>>> {
  const admin = kafka.admin()
  const endsOf = async (topic: string) => {
    const rows = await admin.fetchTopicOffsets(topic)
    return [
      topic,
      Object.fromEntries(rows.map((row) => [row.partition, Number(row.high)])),
    ] as const
  }
  const read = async () => {
    await admin.connect()
    return Object.fromEntries(await Promise.all(topics.map(endsOf)))
  }
  const late = () => new Error(`no answer within ${LIMIT_MS / 1000} s`)
  try {
    return await within(read(), LIMIT_MS, late)
  } catch (error) {
    throw kafkaError(error, `read the ends of ${topics.join(', ')}`)
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}
