import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { requestAdmin } from '../../kafka/admin/admin-client.ts'
import { kafkaError } from '../../kafka/client/errors.ts'
import { type ReadMessage, toSourceRecord } from '../../kafka/records/source-record.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { withTimeout } from '../../util/with-timeout.ts'

export interface ReadTopicOptions {
  topic: string
  /** A consumer group for this call only; the caller deletes it. */
  groupId: string
  timeoutMs: number
  onRecord(record: SourceRecord): void
}

/**
 * Reads a topic from its start to its current end, each partition in order. Rejects with
 * KAFKA_UNAVAILABLE, also when the end is not reached in time.
 */
export async function readTopic(kafka: Kafka, options: ReadTopicOptions): Promise<void> {
  const { topic, groupId, timeoutMs, onRecord } = options
  const ends = await endsOf(kafka, topic, timeoutMs)
  if (ends.size === 0) return
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const reachedAll = new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      const eachBatch = async ({ batch }: { batch: Batch }) => {
        for (const message of batch.messages) onRecord(toSourceRecord(batch, message))
        if (Number(batch.lastOffset()) + 1 >= (ends.get(batch.partition) ?? 0)) {
          ends.delete(batch.partition)
        }
        if (ends.size === 0) resolve()
      }
      consumer.run({ autoCommit: false, eachBatch }).catch(reject)
    })
    await withTimeout(reachedAll, timeoutMs, () => notReached(topic, timeoutMs, ends))
  } catch (error) {
    throw kafkaError(error, `read topic ${topic}`)
  } finally {
    await consumer.disconnect().catch(() => undefined)
  }
}

interface Batch {
  topic: string
  partition: number
  messages: ReadMessage[]
  lastOffset(): string
}

/** The end offset of each partition that is not empty. */
async function endsOf(kafka: Kafka, topic: string, limitMs: number): Promise<Map<number, number>> {
  const offsets = await requestAdmin(kafka, `read topic ${topic}`, limitMs, (admin) =>
    admin.fetchTopicOffsets(topic),
  )
  const filled = offsets.filter(({ low, high }) => Number(high) > Number(low))
  return new Map(filled.map(({ partition, high }) => [partition, Number(high)]))
}

function notReached(topic: string, timeoutMs: number, ends: ReadonlyMap<number, number>) {
  const left = [...ends].map(([partition, end]) => `${topic}/${partition} up to ${end}`).join(', ')
  const message = `waited ${timeoutMs / 1000} s to read ${left}`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
