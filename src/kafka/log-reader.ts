import type { Admin, Kafka } from 'kafkajs'
import type { Clock } from '../event/clock.ts'
import { InventoryEventsError } from '../event/errors.ts'
import { within } from '../event/within.ts'
import type { ReadRequest } from '../idempotency/marks-log.ts'
import { kafkaError } from './kafka-error.ts'
import { PartitionReading } from './partition-reading.ts'
import { PausedConsumer } from './paused-consumer.ts'

export interface MarksReaderOptions {
  kafka: Kafka
  /** Begins the names of its groups, which are of this process alone. */
  groupId: string
  /** The ledger topics. */
  topics: readonly string[]
  clock: Pick<Clock, 'after'>
}

/** Without a record for so long, a reading is given up; the caller tries again. */
const STALLED_AFTER_MS = 15_000
const REMOVE_GROUP_TIMEOUT_MS = 2_000

/** Reads ledger partitions from their start to the end that they have at the time. */
export class MarksReader {
  #options: MarksReaderOptions
  #admin: Admin
  #consumer: Promise<PausedConsumer> | undefined
  /** The one of that promise, before it has joined. */
  #latest: PausedConsumer | undefined
  /** Each consumer has a group of its own: one that ended by itself would be waited for. */
  #groupIds: string[] = []
  #isClosed = false

  constructor(options: MarksReaderOptions) {
    this.#options = options
    this.#admin = options.kafka.admin()
  }

  /** Connects. The consumer joins its group meanwhile; the first reading waits for that. */
  async start(): Promise<void> {
    await this.#admin.connect().catch((error) => {
      throw kafkaError(error, 'connect to Kafka')
    })
    this.#running().catch(() => undefined)
  }

  /** Of at most the newest `maxRecords`. Rejects with KAFKA_UNAVAILABLE or TOPIC_MISSING. */
  async read(request: ReadRequest): Promise<{ skipped: number }> {
    this.#requireOpen()
    const { low, high } = await this.#offsets(request)
    if (high <= low) return { skipped: 0 }
    const first = Math.max(low, high - request.maxRecords)
    const consumer = await this.#consumerFor(request)
    const limits = { clock: this.#options.clock, stalledAfterMs: STALLED_AFTER_MS }
    const reading = new PartitionReading(request, { first, end: high }, limits)
    const onLost = () => reading.fail('the partition was lost')
    request.lost.addEventListener('abort', onLost, { once: true })
    if (request.lost.aborted) onLost()
    await consumer.read(reading).finally(() => {
      request.lost.removeEventListener('abort', onLost)
    })
    return { skipped: first - low }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#latest?.close()
    await this.#removeGroups()
    await this.#admin.disconnect().catch(() => undefined)
  }

  /** A broker removes groups without members and offsets by itself, but only after a while. */
  async #removeGroups(): Promise<void> {
    const removed = this.#admin.deleteGroups(this.#groupIds)
    const late = () => unavailable('no answer')
    await within(removed, REMOVE_GROUP_TIMEOUT_MS, late).catch(() => undefined)
  }

  async #offsets({ topic, partition }: ReadRequest): Promise<{ low: number; high: number }> {
    const rows = await this.#admin.fetchTopicOffsets(topic).catch((error) => {
      throw kafkaError(error, `ask for the end of topic ${topic}`)
    })
    const row = rows.find((each) => each.partition === partition)
    if (row !== undefined) return { low: Number(row.low), high: Number(row.high) }
    const message = `topic ${topic} has ${rows.length} partitions and no number ${partition}: give it as many as its input has`
    throw new InventoryEventsError('TOPIC_MISSING', message, { retryable: true })
  }

  /** A consumer that does not know of the partition yet is replaced by one that will. */
  async #consumerFor({ topic, partition }: ReadRequest): Promise<PausedConsumer> {
    this.#requireOpen()
    const running = this.#running()
    const consumer = await running
    if (consumer.has(topic, partition)) return consumer
    if (this.#consumer === running) this.#consumer = undefined
    await consumer.close()
    throw unavailable(`the reader of marks does not know of ${topic}/${partition} yet`)
  }

  #requireOpen(): void {
    if (this.#isClosed) throw unavailable('the reader of marks is closed')
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
