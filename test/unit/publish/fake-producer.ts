import type { OutgoingRecord } from '../../../src/kafka/producer/message.ts'
import type { Producer } from '../../../src/kafka/producer/producer.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'

/** Records what is sent; `fail` decides whether a send fails, and how. */
export function fakeProducer(fail: (records: readonly OutgoingRecord[]) => Error | undefined) {
  const batches: { topic: string; records: readonly OutgoingRecord[] }[] = []
  const producer: Producer = {
    async send(topic, records) {
      const error = fail(records)
      if (error !== undefined) throw error
      batches.push({ topic, records })
      return [{ partition: 0, baseOffset: '0' }]
    },
    partitionCount: () => 1,
    async close() {},
  }
  return { producer, batches }
}

export const unavailable = () =>
  new InventoryEventsError('KAFKA_UNAVAILABLE', 'Kafka is away', { retryable: true })

export const tooLarge = () => new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', 'too large')
