import type { OutgoingRecord } from '../kafka/producer/message.ts'
import type { Producer } from '../kafka/producer/producer.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Deliver } from './batch-queue.ts'

const RETRY_DELAY_MS = 500

export interface DeliveryOptions {
  topic: string
  producer: Producer
  clock: Clock
  /** How long a batch is tried again while Kafka does not take it. */
  deliveryTimeoutMs: number
}

/** Writes batches to one topic: tried again while that may help, halved while they are too large. */
export function createBatchSender(options: DeliveryOptions): Deliver {
  return async function deliver(records): ReturnType<Deliver> {
    try {
      await sendUntilLate(records, options)
      return new Map()
    } catch (error) {
      if (!isRefusedAsTooLarge(error)) throw error
      if (records.length === 1) return new Map([[records[0]!, error]])
      const middle = Math.ceil(records.length / 2)
      const first = await deliver(records.slice(0, middle))
      const second = await deliver(records.slice(middle))
      return new Map([...first, ...second])
    }
  }
}

async function sendUntilLate(records: OutgoingRecord[], options: DeliveryOptions): Promise<void> {
  const { topic, producer, clock, deliveryTimeoutMs } = options
  const giveUpAtMs = clock.now() + deliveryTimeoutMs
  for (;;) {
    try {
      await producer.send(topic, records)
      return
    } catch (error) {
      const isWorthwhile = error instanceof InventoryEventsError && error.retryable
      if (!isWorthwhile || clock.now() + RETRY_DELAY_MS > giveUpAtMs) throw error
      await clock.sleep(RETRY_DELAY_MS)
    }
  }
}

/** The producer's one error of this code that trying again does not help. */
function isRefusedAsTooLarge(error: unknown): error is InventoryEventsError {
  const isOurs = error instanceof InventoryEventsError
  return isOurs && error.code === 'PRODUCE_UNACKNOWLEDGED' && !error.retryable
}
