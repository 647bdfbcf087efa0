import type { Kafka } from 'kafkajs'
import { waitUntil } from '../../src/dev/stack/process/poll.ts'

const READ_MS = 180_000

/** Counts the records per event id in the topic. */
export async function idsIn(topic: string, kafka: Kafka): Promise<Map<string, number>> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect())
  const missing = new Set(ends.filter(({ high }) => high !== '0').map(({ partition }) => partition))
  const endOf = new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
  const counts = new Map<string, number>()
  const consumer = kafka.consumer({ groupId: `${topic}-reader` })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        const id = String(message.headers?.ce_id)
        counts.set(id, (counts.get(id) ?? 0) + 1)
        if (Number(message.offset) + 1 >= endOf.get(partition)!) missing.delete(partition)
      },
    })
    const isRead = await waitUntil(async () => missing.size === 0, { timeoutMs: READ_MS })
    if (!isRead) throw new Error(`could not read ${topic} to its end within ${READ_MS / 1000} s`)
  } finally {
    await consumer.disconnect()
  }
  return counts
}
