import type { Clock } from '../event/clock.ts'
import { systemClock } from '../event/clock.ts'
import { InventoryEventsError } from '../event/errors.ts'
import type { Event } from '../event/event.ts'
import type { Trace } from '../event/trace.ts'
import { formatProblems, validateEvent } from '../event/validate.ts'
import type { Producer } from '../kafka/producer.ts'
import type { BatchLimits, BatchQueue } from './batch-queue.ts'
import { createBatchQueue } from './batch-queue.ts'
import { createDelivery } from './deliver.ts'
import type { Destinations } from './destinations.ts'
import { toRecord } from './to-record.ts'

/** A broker refuses a batch above the topic's `max.message.bytes`, 1 MiB unless set. */
const BATCH_LIMITS: BatchLimits = {
  maxBatchRecords: 1_000,
  maxBatchBytes: 900_000,
  maxQueuedBytes: 8_388_608,
}

const DELIVERY_TIMEOUT_MS = 120_000

export interface Publisher {
  /**
   * Resolves when Kafka has acknowledged all of the events; those of one entity are written in
   * this order, and in the order of the calls. Rejects with EVENT_INVALID, and then nothing is written, or with the first error
   * of Kafka or the registry, when the others may have been written all the same. Waits while too
   * much is on its way. The records carry the headers of the trace, if there is one.
   */
  publish(events: readonly Event[], trace?: Trace): Promise<void>
}

/** Shows records on their way to Kafka to a tracing system. */
export interface SendSpans {
  /** `trace`: what the record is to carry. */
  send(
    topic: string,
    eventId: string,
    origin: Trace | undefined,
  ): { trace: Trace; end(error?: unknown): void }
}

export interface PublisherOptions {
  /** Stays the caller's to close. */
  producer: Producer
  destinations: Pick<Destinations, 'of'>
  /** CloudEvents' `source`: who publishes. */
  source?: string
  limits?: Partial<BatchLimits>
  /** How long a batch is tried again while Kafka does not take it. */
  deliveryTimeoutMs?: number
  clock?: Clock
  spans?: SendSpans | undefined
  /** Told of each record that Kafka acknowledged. */
  onAcknowledged?(topic: string): void
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { destinations, source = '/inventory-events', spans, onAcknowledged } = options
  const queueOf = createQueues(options)

  async function enqueue(event: Event, trace?: Trace): Promise<{ done: Promise<void> }> {
    const { topic, schemaId } = await destinations.of(event)
    const queue = queueOf(topic)
    await queue.room()
    const span = spans?.send(topic, event.id, trace)
    const done = queue.add(toRecord(event, schemaId, source, span?.trace ?? trace))
    if (span !== undefined) done.then(() => span.end(), span.end)
    return { done: done.then(() => onAcknowledged?.(topic)) }
  }

  async function enqueueAll(events: Event[], sent: Promise<void>[], trace?: Trace): Promise<void> {
    for (const event of events) {
      const { done } = await enqueue(event, trace)
      // Whoever waits for all of them hears of it; until then it is not unhandled.
      done.catch(() => undefined)
      sent.push(done)
    }
  }

  // A call that must ask the registry first is not overtaken by the next one.
  let entering: Promise<unknown> = Promise.resolve()
  return {
    async publish(events, trace) {
      const valid = requireValid(events)
      const sent: Promise<void>[] = []
      const entered = entering.then(() => enqueueAll(valid, sent, trace))
      entering = entered.catch(() => undefined)
      await settleAll([
        entered,
        ...(await entered.then(
          () => sent,
          () => sent,
        )),
      ])
    },
  }
}

function createQueues(options: PublisherOptions): (topic: string) => BatchQueue {
  const { producer, clock = systemClock, deliveryTimeoutMs = DELIVERY_TIMEOUT_MS } = options
  const limits = { ...BATCH_LIMITS, ...options.limits }
  const queues = new Map<string, BatchQueue>()
  return (topic) => {
    const known = queues.get(topic)
    if (known !== undefined) return known
    const deliver = createDelivery({ topic, producer, clock, deliveryTimeoutMs })
    const queue = createBatchQueue(deliver, limits)
    queues.set(topic, queue)
    return queue
  }
}

function requireValid(events: readonly unknown[]): Event[] {
  const problems: string[] = []
  const valid = events.flatMap((value, index) => {
    const validation = validateEvent(value)
    if (validation.ok) return [validation.event]
    problems.push(`event ${index + 1}: ${formatProblems(validation.problems)}`)
    return []
  })
  if (problems.length > 0) throw new InventoryEventsError('EVENT_INVALID', problems.join('\n'))
  return valid
}

/** Waits for every one, so that nothing is under way any more when the first error is thrown. */
async function settleAll(promises: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(promises)).find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
