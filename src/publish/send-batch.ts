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
  /** How long a batch is retried while Kafka does not accept it. */
  deliveryTimeoutMs: number
  /** A batch was not accepted, and is tried again. */
  onRetry?: ((error: Error) => void) | undefined
}

/** Writes batches to one topic. Retries what is retryable, and halves batches that are too large. */
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
  const { topic, producer, clock, deliveryTimeoutMs, onRetry } = options
  const deadlineMs = clock.elapsedMs() + deliveryTimeoutMs
  for (;;) {
    try {
      await producer.send(topic, records)
      return
    } catch (error) {
      const isRetryable = error instanceof InventoryEventsError && error.retryable
      if (!isRetryable || clock.elapsedMs() + RETRY_DELAY_MS > deadlineMs) throw error
      onRetry?.(error)
      await clock.sleep(RETRY_DELAY_MS)
    }
  }
}

/** The only PRODUCE_UNACKNOWLEDGED error that is not retryable: the record is too large. */
function isRefusedAsTooLarge(error: unknown): error is InventoryEventsError {
  const isOurs = error instanceof InventoryEventsError
  return isOurs && error.code === 'PRODUCE_UNACKNOWLEDGED' && !error.retryable
}
