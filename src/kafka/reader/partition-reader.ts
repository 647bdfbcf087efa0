import { ownRecordOf, partitionName } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { backoffMs } from '../../util/retry.ts'
import { kafkaError } from '../client/errors.ts'
import { fetchErrorOf } from '../fetch/fetch-errors.ts'
import { UNKNOWN_EPOCH } from '../fetch/leader-epochs.ts'
import { type Fetched, fetchOnce } from '../fetch/send-fetch.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import type { InflateLimit } from '../records/inflate-limit.ts'
import { BatchOpener } from '../records/open-batch.ts'
import type { FetchedBatch } from '../records/split-batches.ts'
import { CorruptRecords } from '../records/varints.ts'
import type { RangeRequest } from './range-request.ts'

export interface PartitionReaderPorts {
  cluster: Cluster
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  inflateLimit: InflateLimit
}

/** A reading fails after this long without progress; the caller retries. */
const STALLED_AFTER_MS = 15_000
const BACKOFF = { firstMs: 50, maxMs: 1_000 }
const BYTES_MAX = 4_194_304
const LIMITS = { maxWaitMs: 500, minBytes: 1, maxBytes: BYTES_MAX, limitMs: STALLED_AFTER_MS }

/** Reads one partition from an offset to a known end. */
export class PartitionReader {
  readonly #request: RangeRequest
  readonly #ports: PartitionReaderPorts
  readonly #opener: BatchOpener
  readonly #end: number
  #next: number
  #progressAtMs: number
  #failures = 0
  #problem: string | undefined

  constructor(
    request: RangeRequest,
    { first, end }: { first: number; end: number },
    ports: PartitionReaderPorts,
  ) {
    this.#request = request
    this.#next = first
    this.#end = end
    this.#ports = ports
    this.#opener = new BatchOpener(request, ports.inflateLimit)
    this.#progressAtMs = ports.clock.elapsedMs()
  }

  /**
   * Rejects with KAFKA_UNAVAILABLE, KAFKA_REFUSED, TOPIC_MISSING or CODEC_FAILED, and with what
   * `onRecord` throws.
   */
  async readAll(): Promise<void> {
    while (this.#next < this.#end) {
      if (this.#request.lost.aborted) throw this.#unavailable(this.#problem ?? LOST)
      const fetched = await this.#fetched()
      // Retention has removed what comes next, or the topic was created again.
      const isGone = fetched !== undefined && fetchErrorOf(fetched.errorCode) === 'out-of-range'
      if (isGone) throw this.#unavailable(CHANGED)
      for (const batch of fetched?.batches ?? []) {
        if (this.#next >= this.#end) return
        // A corrupt one may state any offset.
        if (batch.lastOffset < this.#next && batch.isIntact()) continue
        if (!fetched!.skipped.has(batch)) await this.#takeBatch(batch)
        if (this.#request.lost.aborted) throw this.#unavailable(this.#problem ?? LOST)
        this.#passTo(batch.lastOffset + 1)
      }
      if (this.#next < this.#end && fetched?.problem !== undefined)
        throw this.#corrupt(fetched.problem)
      if (this.#ports.clock.elapsedMs() - this.#progressAtMs < STALLED_AFTER_MS) continue
      throw this.#unavailable(this.#problem ?? `no records for ${STALLED_AFTER_MS / 1000} s`)
    }
  }

  /** Undefined, after a while, where another attempt may succeed. */
  async #fetched(): Promise<Fetched | undefined> {
    try {
      const fetched = await this.#fetch()
      this.#failures = 0
      this.#problem = undefined
      return fetched
    } catch (error) {
      const refusal = kafkaError(error, `read ${partitionName(this.#request)}`)
      if (!refusal.retryable) throw refusal
      this.#problem = messageOf(error)
      this.#failures += 1
      const { cluster, clock } = this.#ports
      await clock.sleep(backoffMs(BACKOFF, this.#failures), this.#request.lost)
      await cluster.refresh().catch(() => undefined)
      return undefined
    }
  }

  async #fetch(): Promise<Fetched> {
    const { cluster } = this.#ports
    const { topic, partition } = this.#request
    const leader = cluster.leaderOf(topic, partition)
    if (leader === undefined) throw new Error('the partition has no leader')
    const toFetch = {
      ...{ topic, topicId: cluster.topic(topic)?.topicId, partition },
      ...{ leaderEpoch: leader.epoch, lastFetchedEpoch: UNKNOWN_EPOCH },
      ...{ offset: this.#next, maxBytes: BYTES_MAX },
    }
    const [fetched] = await fetchOnce(cluster, leader.nodeId, [toFetch], LIMITS)
    if (fetched === undefined) throw new Error('the response lacks the partition')
    const error = fetchErrorOf(fetched.errorCode)
    if (error === 'none' || error === 'out-of-range') return fetched
    throw new BrokerError(fetched.errorCode, 'fetch')
  }

  async #takeBatch(batch: FetchedBatch): Promise<void> {
    try {
      await this.#takeRecords(batch)
    } catch (error) {
      if (!(error instanceof CorruptRecords)) throw error
      throw this.#corrupt(error)
    }
  }

  async #takeRecords(batch: FetchedBatch): Promise<void> {
    const open = await this.#opener.open(batch)
    try {
      const { records } = open
      for (let record = records.next(); record !== undefined; record = records.next()) {
        if (record.offset < this.#next) continue
        if (record.offset >= this.#end || this.#request.lost.aborted) return
        await this.#request.onRecord(ownRecordOf(record))
        this.#progressAtMs = this.#ports.clock.elapsedMs()
      }
    } finally {
      open.close()
    }
  }

  #corrupt({ message }: CorruptRecords): InventoryEventsError {
    return this.#unavailable(`corrupt batch: ${message}`)
  }

  #passTo(offset: number): void {
    this.#next = offset
    this.#progressAtMs = this.#ports.clock.elapsedMs()
  }

  #unavailable(why: string): InventoryEventsError {
    const name = partitionName(this.#request)
    const message = `cannot read ${name} from ${this.#next} to ${this.#end}: ${why}`
    return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
  }
}

const LOST = 'the partition was lost'
const CHANGED = 'the log has changed'
