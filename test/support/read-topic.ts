import type { Kafka, KafkaMessage } from 'kafkajs'
import { kafkaClient, uniqueName, until } from './stack.ts'

export type ReadRecord = KafkaMessage & { partition: number }

/** Every record in the topic, by partition and offset. */
export async function readTopic(topic: string, kafka = kafkaClient()): Promise<ReadRecord[]> {
  const expected = await countOf(topic, kafka)
  const records: ReadRecord[] = []
  const consumer = kafka.consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 100 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ partition, message }) => void records.push({ ...message, partition }),
    })
    await until(() => records.length >= expected, { what: `${expected} records of ${topic}` })
  } finally {
    await consumer.disconnect()
  }
  return records.sort((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset))
}

async function countOf(topic: string, kafka: Kafka): Promise<number> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    // Not every broker knows the leaders of a new topic yet.
    const ask = () => admin.fetchTopicOffsets(topic)
    const offsets = await until(ask, { what: `the ends of ${topic}` })
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
  } finally {
    await admin.disconnect()
  }
}
