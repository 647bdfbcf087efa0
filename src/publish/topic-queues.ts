import type { Contract } from '../avro/schema/contract-schemas.ts'
import type { Event } from '../event/event.ts'
import type { Trace } from '../event/trace.ts'
import type { Producer } from '../kafka/producer/producer.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { getOrInsert } from '../util/get-or-insert.ts'
import { andThen } from '../util/maybe-promise.ts'
import type { Settled } from './batch-queue.ts'
import type { Destination, Destinations } from './destinations.ts'
import { createBatchSender } from './send-batch.ts'
import { toRecord } from './to-record.ts'
import { createTopicQueue, type QueueLimits, type TopicQueue } from './topic-queue.ts'

/** A broker rejects batches above the topic's `max.message.bytes`, 1 MiB by default. */
const QUEUE_LIMITS: QueueLimits = {
  maxBatchRecords: 1_000,
  maxBatchBytes: 900_000,
  maxQueuedBytes: 8_388_608,
}

const DELIVERY_TIMEOUT_MS = 120_000

/** Creates tracing spans for records being produced. */
export interface SendSpans {
  /** Returns the trace headers for the record, and `end`, called when it is settled. */
  send(
    topic: string,
    eventId: string,
    origin: Trace | undefined,
  ): { trace: Trace; end(error?: unknown): void }
}

export interface PublisherOptions {
  contract: Contract
  /** The caller closes it. */
  producer: Producer
  destinations: Pick<Destinations, 'of'>
  /** CloudEvents' `source`: the publisher. */
  source?: string
  limits?: Partial<QueueLimits>
  /** How long a batch is retried while Kafka does not accept it. */
  deliveryTimeoutMs?: number
  /** Called each time that Kafka does not accept a batch, which is tried again. */
  onRetry?(error: Error): void
  clock?: Clock
  spans?: SendSpans | undefined
  /** Called for each record that Kafka acknowledged. */
  onAcknowledged?(topic: string): void
}

/**
 * Queues an event for its topic. Returns a promise if it has to wait for that, otherwise undefined.
 * Throws or rejects if the event can't be written, and then never calls `settled`.
 */
export type Enqueue = (event: Event, settled: Settled, trace?: Trace) => Promise<void> | undefined

export function createTopicQueues(options: PublisherOptions): Enqueue {
  const { contract, destinations, source = '/inventory-events', spans, onAcknowledged } = options
  const queueOf = createQueues(options)

  function add(
    { topic, schemaId }: Destination,
    event: Event,
    settled: Settled,
    trace: Trace | undefined,
  ): undefined {
    const span = spans?.send(topic, event.id, trace)
    const record = toRecord(contract, event, { schemaId, source, trace: span?.trace ?? trace })
    queueOf(topic).add(record, (error) => {
      span?.end(error)
      if (error === undefined) onAcknowledged?.(topic)
      settled(error)
    })
  }

  return (event, settled, trace) =>
    andThen(destinations.of(event), (destination) =>
      andThen(queueOf(destination.topic).ready(), () => add(destination, event, settled, trace)),
    )
}

function createQueues(options: PublisherOptions): (topic: string) => TopicQueue {
  const { producer, clock = systemClock, deliveryTimeoutMs = DELIVERY_TIMEOUT_MS } = options
  const { onRetry } = options
  const limits = { ...QUEUE_LIMITS, ...options.limits }
  const queues = new Map<string, TopicQueue>()
  return (topic) =>
    getOrInsert(queues, topic, () => {
      const deliver = createBatchSender({ topic, producer, clock, deliveryTimeoutMs, onRetry })
      return createTopicQueue({
        partitionCount: () => producer.partitionCount(topic),
        deliver,
        limits,
      })
    })
}
