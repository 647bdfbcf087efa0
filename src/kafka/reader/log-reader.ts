import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { backoffMs } from '../../util/retry.ts'
import { kafkaError } from '../client/errors.ts'
import type { LogRange } from '../client/log-range.ts'
import { type LogRangeAnswer, readLogRanges } from '../fetch/log-ranges.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { InflateLimit } from '../records/inflate-limit.ts'
import { PartitionReader } from './partition-reader.ts'
import type { RangeRequest } from './range-request.ts'

export interface LogReaderOptions {
  /** Closed with the reader. */
  cluster: Cluster
  topics: readonly string[]
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
}

/** Offsets from `first` to `end` (exclusive) were read, of a log that starts at `low`. */
export interface ReadRange {
  low: number
  first: number
  end: number
}

/** How often offsets are asked for, while a leader is elected: up to 8 s. */
const ATTEMPTS = 9
const BACKOFF = { firstMs: 100, maxMs: 2_000 }
/** Records of an open transaction are not given out, however long they are waited for. */
const ONLY_COMMITTED = { isCommittedOnly: true }

/** Reads partitions from one offset to another, without a group. */
export class LogReader {
  readonly #options: LogReaderOptions
  readonly #inflateLimit = new InflateLimit()

  constructor(options: LogReaderOptions) {
    this.#options = options
  }

  /** Finds the topics. Rejects with KAFKA_UNAVAILABLE or KAFKA_REFUSED. */
  async start(): Promise<void> {
    const { cluster, topics } = this.#options
    await cluster.want(topics).catch((error) => {
      throw kafkaError(error, 'connect to Kafka')
    })
  }

  /**
   * Resolves when the range is read, without offsets that are no longer in the log. Rejects as
   * `PartitionReader.readAll` does.
   */
  async read(request: RangeRequest): Promise<ReadRange> {
    const { low, high } = await this.#logRange(request)
    const { from = low, to = high, maxRecords = Infinity } = request
    const end = Math.min(to, high)
    const first = Math.max(low, from, end - maxRecords)
    const ports = { ...this.#options, inflateLimit: this.#inflateLimit }
    await new PartitionReader(request, { first, end }, ports).readAll()
    return { low, first, end }
  }

  /** The partitions that a topic has, as far as is known. */
  partitionsOf(topic: string): number[] {
    return [...(this.#options.cluster.topic(topic)?.partitions.keys() ?? [])]
  }

  /** The ends of the logs of many partitions at once, or why they are not known. Never rejects. */
  logRanges(places: readonly TopicPartition[]): Promise<LogRangeAnswer[]> {
    return readLogRanges(this.#options.cluster, places, ONLY_COMMITTED)
  }

  /** Finds topics and leaders again. Rejects with KAFKA_UNAVAILABLE or KAFKA_REFUSED. */
  async refresh(): Promise<void> {
    await this.#options.cluster.refresh().catch((error) => {
      throw kafkaError(error, 'connect to Kafka')
    })
  }

  close(): void {
    this.#options.cluster.close()
  }

  async #logRange(request: RangeRequest): Promise<LogRange> {
    const { cluster, clock } = this.#options
    const { topic, partition, lost } = request
    for (let failures = 1; ; failures += 1) {
      const [answer] = await readLogRanges(cluster, [{ topic, partition }], ONLY_COMMITTED)
      if (answer !== undefined && 'range' in answer) return answer.range
      const known = cluster.topic(topic)?.partitions
      const error = kafkaError(answer?.error, `fetch the offsets of topic ${topic}`)
      // What is known of the topic is recent from the second time on.
      if (failures > 1 && known?.has(partition) === false) throw narrow(request, known.size)
      if (failures > 1 && cluster.missing.has(topic)) throw missing(topic, cluster.missing)
      if (failures === ATTEMPTS || lost.aborted || !error.retryable) throw error
      await clock.sleep(backoffMs(BACKOFF, failures), lost)
      await cluster.refresh().catch(() => undefined)
    }
  }
}

function narrow({ topic, partition }: RangeRequest, count: number): InventoryEventsError {
  const message = `topic ${topic} has no partition ${partition}: expected as many partitions as its input has, got ${count}`
  return new InventoryEventsError('TOPIC_MISSING', message, { retryable: true })
}

function missing(topic: string, why: ReadonlyMap<string, string>): InventoryEventsError {
  const message = `cannot fetch the offsets of topic ${topic}: ${why.get(topic)}`
  return new InventoryEventsError('TOPIC_MISSING', message, { retryable: true })
}
