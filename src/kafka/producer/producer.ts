import type { Kafka, Message } from 'kafkajs'
import { InventoryEventsError } from '../../util/errors.ts'
import type { Acknowledgement } from './acknowledgement.ts'
import { recentDenial } from './denied-topics.ts'
import { kafkaMessage, type OutgoingRecord } from './message.ts'
import { openSession, type ProducerSession } from './producer-session.ts'

const CONNECT_TIMEOUT_MS = 15_000
const SEND_TIMEOUT_MS = 30_000
const MAX_WAITING_SENDS = 10_000

export interface Producer {
  /**
   * Writes the records, idempotently and to all in-sync replicas; sends run one after the other.
   * Rejects with PRODUCE_UNACKNOWLEDGED (not retryable: too large), TOPIC_MISSING or
   * KAFKA_UNAVAILABLE; some of the records may then be written all the same.
   */
  send(
    topic: string,
    records: readonly OutgoingRecord[],
    options?: SendOptions,
  ): Promise<Acknowledgement[]>
  /** Waits for pending sends, then disconnects. */
  close(): Promise<void>
}

export interface SendOptions {
  /** With zstd, for records that may exceed the topic's limit without. Default: no. */
  compress?: boolean
}

export interface ProducerLimits {
  connectTimeoutMs?: number
  /** For one send, its retries included. */
  sendTimeoutMs?: number
}

/**
 * Connects, or rejects with KAFKA_UNAVAILABLE.
 *
 * Sends run one at a time. kafkajs's `maxInFlightRequests: 1` is not enough: it limits requests,
 * but a failed request gives its sequence numbers back and waits before its retry, and in that gap
 * another send would take the numbers. If the broker had written the first, it would take the
 * second for a duplicate and acknowledge it without writing it. For the same reason a producer
 * whose send failed is never used again: the next send opens a new one, with its own sequence
 * numbers. This costs little, since an idempotent kafkajs producer has only one request per broker
 * in flight anyway.
 */
export async function createProducer(kafka: Kafka, limits: ProducerLimits = {}): Promise<Producer> {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, sendTimeoutMs = SEND_TIMEOUT_MS } = limits
  const open = () => openSession(kafka, connectTimeoutMs)
  let session: ProducerSession | undefined = await open()
  const queue = createQueue(MAX_WAITING_SENDS)

  async function sendNow(
    topic: string,
    messages: Message[],
    options: SendOptions,
  ): Promise<Acknowledgement[]> {
    const refusal = recentDenial(kafka, topic, performance.now())
    if (refusal !== undefined) throw refusal
    const current = session ?? (await open())
    session = current
    try {
      return await current.send(topic, messages, { ...options, timeoutMs: sendTimeoutMs })
    } catch (error) {
      session = undefined
      current.abandon()
      throw error
    }
  }

  return {
    async send(topic, records, options = {}) {
      if (records.length === 0) return []
      const messages = records.map(kafkaMessage)
      return queue.run(() => sendNow(topic, messages, options))
    },
    close: () => queue.run(async () => session?.close()),
  }
}

/** Runs jobs one after the other; refuses more than `limit` waiting ones. */
function createQueue(limit: number) {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    async run<T>(job: () => Promise<T>): Promise<T> {
      if (waiting >= limit) throw tooManyWaiting(limit)
      waiting++
      const mine = last.then(job).finally(() => waiting--)
      last = mine.catch(() => undefined)
      return mine
    },
  }
}

function tooManyWaiting(limit: number): InventoryEventsError {
  const message = `${limit} sends are already waiting for Kafka; retry later`
  return new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', message, { retryable: true })
}
