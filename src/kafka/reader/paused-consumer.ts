import type {
  Batch,
  Consumer,
  ConsumerEndBatchProcessEvent,
  ConsumerGroupJoinEvent,
  Kafka,
} from 'kafkajs'
import { messageOf } from '../../util/errors.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import { kafkaError } from '../client/errors.ts'
import type { PartitionReading } from './partition-reading.ts'

const JOIN_TIMEOUT_MS = 60_000
const JOIN_RETRIES = 10
const CLOSE_TIMEOUT_MS = 5_000
const SESSION_TIMEOUT_MS = 30_000
/** Short, so that a partition that is resumed is soon fetched. */
const MAX_WAIT_MS = 100
const MAX_BYTES_PER_PARTITION = 4_194_304

/**
 * A kafkajs consumer that is alone in its group, so that it is assigned every partition, and keeps
 * them all paused except those that are being read. kafkajs has no other way to read a partition.
 */
export class PausedConsumer {
  #topics: readonly string[]
  #consumer: Consumer
  #assigned = new Set<string>()
  #readings = new Map<string, PartitionReading>()
  #onEnd: () => void
  #started: Promise<void> = Promise.resolve()
  #isClosed = false

  /** `onEnd` is called when the consumer crashes; it reads nothing more after that. */
  constructor(kafka: Kafka, groupId: string, topics: readonly string[], onEnd: () => void) {
    this.#topics = topics
    this.#onEnd = onEnd
    this.#consumer = kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      retry: { retries: JOIN_RETRIES, restartOnFailure: async () => false },
    })
  }

  /** Resolves when it has joined its group. Rejects with KAFKA_UNAVAILABLE, and is closed then. */
  start(): Promise<void> {
    const late = () => new Error(`did not join the group within ${JOIN_TIMEOUT_MS / 1000} s`)
    const joined = withTimeout(Promise.all([this.#listen(), this.#run()]), JOIN_TIMEOUT_MS, late)
    this.#started = joined.then(
      () => (this.#isClosed ? this.#giveUp(new Error('the reader was closed')) : undefined),
      (error) => this.#giveUp(error),
    )
    return this.#started
  }

  /**
   * Whether it can read the partition. A newly added partition becomes known only after minutes.
   */
  has(topic: string, partition: number): boolean {
    return this.#assigned.has(`${topic}/${partition}`)
  }

  async read(reading: PartitionReading): Promise<void> {
    const { topic, partition, name } = reading
    const partitions = [{ topic, partitions: [partition] }]
    this.#readings.set(name, reading)
    try {
      this.#consumer.seek({ topic, partition, offset: String(reading.next) })
      this.#consumer.resume(partitions)
      await reading.finished
    } finally {
      if (this.#readings.get(name) === reading) {
        this.#readings.delete(name)
        this.#pause(partitions)
      }
    }
  }

  /** Waits briefly for a start in progress, which kafkajs cannot cancel. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#end('the reader was closed')
    const late = () => new Error('the reader is still starting')
    await withTimeout(this.#started, CLOSE_TIMEOUT_MS, late).catch(() => undefined)
    await this.#disconnect()
  }

  async #giveUp(error: unknown): Promise<never> {
    await this.#disconnect()
    throw kafkaError(error, `read ${this.#topics.join(', ')}`)
  }

  async #disconnect(): Promise<void> {
    const late = () => new Error('no response')
    await withTimeout(this.#consumer.disconnect(), CLOSE_TIMEOUT_MS, late).catch(() => undefined)
  }

  async #run(): Promise<void> {
    await this.#consumer.connect()
    await this.#consumer.subscribe({ topics: [...this.#topics], fromBeginning: true })
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: ({ batch, heartbeat }) => this.#take(batch, heartbeat),
    })
  }

  #listen(): Promise<void> {
    const consumer = this.#consumer
    return new Promise((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, (event) => {
        this.#joined(event)
        resolve()
      })
      consumer.on(consumer.events.END_BATCH_PROCESS, (event) => this.#batchEnded(event))
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        this.#end(messageOf(payload.error))
        this.#onEnd()
        reject(payload.error)
      })
    })
  }

  /** Runs before the first fetch. kafkajs forgets its positions at a join, so all readings fail. */
  #joined({ payload }: ConsumerGroupJoinEvent): void {
    this.#failAll('the reader rejoined its group')
    const all = Object.entries(payload.memberAssignment)
    this.#pause(all.map(([topic, partitions]) => ({ topic, partitions })))
    this.#assigned = new Set(
      all.flatMap(([topic, partitions]) => partitions.map((each) => `${topic}/${each}`)),
    )
  }

  async #take(batch: Batch, heartbeat: () => Promise<void>): Promise<void> {
    const reading = this.#readings.get(`${batch.topic}/${batch.partition}`)
    // Partitions take turns, so with much data a partition may wait long for its turn.
    for (const each of this.#readings.values()) each.unwatch()
    await reading?.take(batch, heartbeat).catch((error) => reading.fail(messageOf(error)))
    for (const each of this.#readings.values()) each.watch()
  }

  /** kafkajs skips batches of nothing but control records, with only this event. */
  #batchEnded({ payload }: ConsumerEndBatchProcessEvent): void {
    if (payload.batchSize > 0) return
    const reading = this.#readings.get(`${payload.topic}/${payload.partition}`)
    reading?.passTo(Number(payload.lastOffset) + 1)
  }

  #pause(partitions: { topic: string; partitions: number[] }[]): void {
    try {
      this.#consumer.pause(partitions)
    } catch {
      // kafkajs throws when it has crashed: then nothing is read anyway.
    }
  }

  #end(why: string): void {
    this.#assigned.clear()
    this.#failAll(why)
  }

  #failAll(why: string): void {
    for (const reading of this.#readings.values()) reading.fail(why)
  }
}
