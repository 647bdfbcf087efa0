import type { Admin, Kafka } from 'kafkajs'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { settledWithin, withTimeout } from '../../util/with-timeout.ts'
import { kafkaError } from '../client/errors.ts'
import { fetchLogRanges, type LogRange } from '../client/log-range.ts'
import { retryRequest } from '../client/retry-request.ts'
import { PartitionReading, type RangeRequest } from './partition-reading.ts'
import { PausedConsumer } from './paused-consumer.ts'

export interface LogReaderOptions {
  kafka: Kafka
  /** Prefix of its group names; must be unique to this process. */
  groupId: string
  topics: readonly string[]
  clock: Pick<Clock, 'after'>
}

/** Offsets from `first` to `end` (exclusive) were read, of a log that starts at `low`. */
export interface ReadRange {
  low: number
  first: number
  end: number
}

/** A reading fails after this long without a record; the caller retries. */
const STALLED_AFTER_MS = 15_000
const REMOVE_GROUP_TIMEOUT_MS = 1_000
const CLOSE_TIMEOUT_MS = 2_000

/** Reads partitions from one offset to another, without a group's committed offsets. */
export class LogReader {
  #options: LogReaderOptions
  #admin: Admin
  #consumer: Promise<PausedConsumer> | undefined
  /** The consumer of that promise, available before it has joined. */
  #latest: PausedConsumer | undefined
  /** Each consumer has its own group: a crashed one is still a member until its session expires. */
  #groupIds: string[] = []
  #isClosed = false

  constructor(options: LogReaderOptions) {
    this.#options = options
    this.#admin = options.kafka.admin()
  }

  /** Connects. The consumer joins its group in the background; the first read waits for that. */
  async start(): Promise<void> {
    await this.#admin.connect().catch((error) => {
      throw kafkaError(error, 'connect to Kafka')
    })
    this.#running().catch(() => undefined)
  }

  /**
   * Resolves when the range is read, without offsets that are no longer in the log. Rejects with
   * KAFKA_UNAVAILABLE or TOPIC_MISSING.
   */
  async read(request: RangeRequest): Promise<ReadRange> {
    this.#requireOpen()
    const { low, high } = await this.#offsets(request)
    const { from = low, to = high, maxRecords = Infinity } = request
    const end = Math.min(to, high)
    const first = Math.max(low, from, end - maxRecords)
    if (end > first) await this.#readRange(request, { first, end })
    return { low, first, end }
  }

  async #readRange(request: RangeRequest, range: { first: number; end: number }): Promise<void> {
    const consumer = await this.#consumerFor(request)
    const limits = { clock: this.#options.clock, stalledAfterMs: STALLED_AFTER_MS }
    const reading = new PartitionReading(request, range, limits)
    const onLost = () => reading.fail('the partition was lost')
    request.lost.addEventListener('abort', onLost, { once: true })
    if (request.lost.aborted) onLost()
    await consumer.read(reading).finally(() => {
      request.lost.removeEventListener('abort', onLost)
    })
  }

  /** Does not wait for long: without Kafka, kafkajs goes on trying. */
  close(): Promise<void> {
    this.#isClosed = true
    return settledWithin(this.#close(), CLOSE_TIMEOUT_MS)
  }

  async #close(): Promise<void> {
    await this.#latest?.close()
    await this.#removeGroups()
    await this.#admin.disconnect().catch(() => undefined)
  }

  /** Brokers remove empty groups by themselves, but only after a while. */
  async #removeGroups(): Promise<void> {
    const removed = this.#admin.deleteGroups(this.#groupIds)
    const late = () => unavailable('no response')
    await withTimeout(removed, REMOVE_GROUP_TIMEOUT_MS, late).catch(() => undefined)
  }

  async #offsets({ topic, partition }: RangeRequest): Promise<LogRange> {
    const fetch = () => fetchLogRanges(this.#admin, topic)
    const ranges = await retryRequest(fetch).catch((error) => {
      throw kafkaError(error, `fetch the offsets of topic ${topic}`)
    })
    const range = ranges.get(partition)
    if (range !== undefined) return range
    const message = `topic ${topic} has no partition ${partition}: expected as many partitions as its input has, got ${ranges.size}`
    throw new InventoryEventsError('TOPIC_MISSING', message, { retryable: true })
  }

  /** A consumer without metadata of the partition is replaced by a new one, which fetches it. */
  async #consumerFor({ topic, partition }: RangeRequest): Promise<PausedConsumer> {
    this.#requireOpen()
    const running = this.#running()
    const consumer = await running
    if (consumer.has(topic, partition)) return consumer
    if (this.#consumer === running) this.#consumer = undefined
    await consumer.close()
    throw unavailable(`the reader has no metadata of ${topic}/${partition} yet`)
  }

  #requireOpen(): void {
    if (this.#isClosed) throw unavailable('the reader is closed')
  }

  #running(): Promise<PausedConsumer> {
    this.#consumer ??= this.#build()
    return this.#consumer
  }

  #build(): Promise<PausedConsumer> {
    const { kafka, topics } = this.#options
    const groupId = `${this.#options.groupId}.${this.#groupIds.length}`
    this.#groupIds.push(groupId)
    const forget = () => {
      if (this.#consumer === built) this.#consumer = undefined
    }
    const start = async () => {
      const consumer = new PausedConsumer(kafka, groupId, topics, forget)
      this.#latest = consumer
      await consumer.start()
      return consumer
    }
    const built = start()
    built.catch(forget)
    return built
  }
}

function unavailable(message: string): InventoryEventsError {
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
