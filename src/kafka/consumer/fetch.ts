import type { Batch, EachBatchPayload } from 'kafkajs'
import { placeOf, type SourceRecord } from '../../event/record.ts'
import type { Intake, Obstacle } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { TimeSlice } from '../../util/time-slice.ts'
import { CodecError } from '../codecs/codecs.ts'
import type { BatchMessage } from '../patches/raw-batches.ts'
import { disablePretenuring } from '../patches/v8-pretenuring.ts'
import type { RecordReader } from '../records/batch-records.ts'
import { InflateLimit } from '../records/inflate-limit.ts'
import { BatchOpener, type OpenBatch } from '../records/open-batch.ts'
import { emptyRecord } from '../records/source-record.ts'
import type { FetchedBatch } from '../records/split-batches.ts'
import { CorruptRecords } from '../records/varints.ts'
import type { OwnedPartition } from './owned-partition.ts'

export interface FetchPorts {
  intake: Intake
  clock: Clock
  /** The partition if it is ours and may be read; undefined drops the batch. */
  readable(topic: string, partition: number): OwnedPartition | undefined
  seekBack(owned: OwnedPartition): void
  /** Stops reading the partition until the obstacle is cleared. */
  park(owned: OwnedPartition, obstacle: Obstacle): void
}

/** How long a batch waits for room before its partition is paused: pausing and resuming is slow. */
const PATIENCE_MS = 2_000
const HEARTBEAT_EVERY_MS = 250
/** Batches of several partitions share this time slice; then the lanes run. */
const SLICE_MS = 5
/** Reading the clock for each record would cost as much as handling some of them. */
const RECORDS_PER_LOOK = 16
/** When a corrupt batch is fetched again: a bit may have flipped on its way only. */
const CORRUPT_RETRY_MS = 5_000

/**
 * Creates kafkajs's eachBatch: it offers each record to the intake and returns, or waits for room
 * while sending heartbeats. The only errors that it throws are kafkajs's own from a heartbeat,
 * which make kafkajs rejoin, CODEC_FAILED and INTAKE_FAILED, which end the service. It resolves
 * exactly the records taken, so the rest is fetched again.
 */
export function createFetch(ports: FetchPorts) {
  disablePretenuring()
  const slice = new TimeSlice(ports.clock, SLICE_MS)
  const inflateLimit = new InflateLimit()
  return async function fetch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    // Detects that this member was evicted while it was frozen or disconnected. A request is sent
    // only if the heartbeat interval has passed.
    await payload.heartbeat()
    const owned = ports.readable(batch.topic, batch.partition)
    if (owned === undefined || owned.isTaking) return
    // A batch that was fetched for an older assignment, or before a seek, does not continue what
    // was taken so far: taking it would skip records or take them twice.
    if (fetchedOffsetOf(batch) !== owned.ledger.expected) return ports.seekBack(owned)
    owned.isTaking = true
    const taking = new Taking(payload, owned, ports, slice, inflateLimit)
    await taking.takeAll().finally(() => {
      owned.isTaking = false
    })
    // The partition may have been lost, and even regained, while the batch waited: then this batch
    // must not move kafkajs's position.
    if (ports.readable(batch.topic, batch.partition) === owned) resolve(payload, owned)
  }
}

/** The batches that one response holds of one partition, while they are offered to the intake. */
class Taking {
  readonly #payload: EachBatchPayload
  readonly #owned: OwnedPartition
  readonly #ports: FetchPorts
  readonly #slice: TimeSlice
  readonly #opener: BatchOpener
  #looks = 0

  constructor(
    payload: EachBatchPayload,
    owned: OwnedPartition,
    ports: FetchPorts,
    slice: TimeSlice,
    limit: InflateLimit,
  ) {
    this.#payload = payload
    this.#owned = owned
    this.#ports = ports
    this.#slice = slice
    this.#opener = new BatchOpener(owned, limit)
  }

  async takeAll(): Promise<void> {
    // kafkajs calls them messages: see raw-batches.ts.
    const batches = this.#payload.batch.messages as unknown as readonly BatchMessage[]
    for (const { batch, isSkipped } of batches) {
      if (batch.lastOffset < this.#owned.ledger.expected) continue
      const isTaken = isSkipped || (await this.#takeBatch(batch))
      if (!isTaken || !this.#isOurs) return
      this.#owned.ledger.passTo(batch.lastOffset + 1)
    }
  }

  /** False if the rest must be dropped. */
  async #takeBatch(batch: FetchedBatch): Promise<boolean> {
    let open: OpenBatch | undefined
    try {
      open = await this.#opener.open(batch)
      return await this.#takeRecords(open.records)
    } catch (error) {
      if (isTooLarge(error)) return this.#takeStandIn(batch, error)
      return this.#failed(error)
    } finally {
      open?.close()
    }
  }

  async #takeRecords(records: RecordReader): Promise<boolean> {
    const from = this.#owned.ledger.expected
    for (let record = records.next(); record !== undefined; record = records.next()) {
      // A batch is returned whole, also where a fetch begins inside it.
      if (record.offset < from) continue
      if (this.#looks++ % RECORDS_PER_LOOK === 0 && this.#slice.isOver()) {
        if (!(await this.#yield())) return false
      }
      const offered = this.#offer(record)
      if (offered !== true && !(await offered)) return false
    }
    return true
  }

  /** Throws INTAKE_FAILED, or CorruptRecords if the record's headers are. */
  #take(record: SourceRecord): Obstacle | undefined {
    try {
      return this.#ports.intake.take(this.#owned, record)
    } catch (error) {
      if (error instanceof CorruptRecords) throw error
      const place = placeOf(record)
      const message = `cannot take the record ${place}: ${messageOf(error)}`
      throw new InventoryEventsError('INTAKE_FAILED', message, { record: place, cause: error })
    }
  }

  /** Offers the record until it is accepted; false if the batch must be dropped. */
  #offer(record: SourceRecord): true | Promise<boolean> {
    const obstacle = this.#take(record)
    return obstacle === undefined || this.#offerAgain(record, obstacle)
  }

  async #offerAgain(record: SourceRecord, first: Obstacle): Promise<boolean> {
    let obstacle: Obstacle | undefined = first
    while (obstacle !== undefined) {
      if (!(await this.#outwait(obstacle))) return false
      obstacle = this.#take(record)
    }
    return true
  }

  /**
   * A batch that takes too much memory would hold its partition up for ever: one record without bytes
   * stands for it, and is dead-lettered.
   */
  async #takeStandIn(batch: FetchedBatch, error: Error): Promise<boolean> {
    const { ledger } = this.#owned
    const record = emptyRecord(this.#owned)
    record.offset = ledger.expected
    record.tooLarge = `offsets ${record.offset} to ${batch.lastOffset}: ${error.message}`
    return this.#offer(record)
  }

  /** A corrupt batch is never handed over, and never passed: its partition waits and fetches it again. */
  #failed(error: unknown): false {
    const { topic, partition, ledger, lost } = this.#owned
    const place = `${topic}/${partition}@${ledger.expected}`
    if (error instanceof CodecError) throw error.at(place)
    if (!(error instanceof CorruptRecords)) throw error
    const why = `corrupt batch at ${place}: ${error.message}`
    this.#ports.park(this.#owned, { why, cleared: this.#ports.clock.sleep(CORRUPT_RETRY_MS, lost) })
    return false
  }

  /** Lets others run; false if the partition was lost meanwhile. */
  async #yield(): Promise<boolean> {
    while (this.#slice.isOver()) await this.#slice.next
    await this.#payload.heartbeat()
    return this.#isOurs
  }

  /** Waits for an obstacle, sending heartbeats; false if the batch must be dropped. */
  async #outwait(obstacle: Obstacle): Promise<boolean> {
    const { clock, park } = this.#ports
    const patienceEndMs = clock.now() + PATIENCE_MS
    const cleared = obstacle.cleared.then(() => true)
    for (;;) {
      const isCleared = await Promise.race([cleared, pause(clock)])
      await this.#payload.heartbeat()
      if (!this.#isOurs) return false
      if (isCleared) return true
      if (clock.now() < patienceEndMs) continue
      park(this.#owned, obstacle)
      return false
    }
  }

  get #isOurs(): boolean {
    const { topic, partition } = this.#owned
    return this.#ports.readable(topic, partition) === this.#owned
  }
}

function isTooLarge(error: unknown): error is CodecError {
  return error instanceof CodecError && error.code === 'RECORD_TOO_LARGE'
}

async function pause(clock: Clock): Promise<false> {
  await clock.sleep(HEARTBEAT_EVERY_MS)
  return false
}

/** Tells kafkajs where the next fetch starts. */
function resolve(payload: EachBatchPayload, owned: OwnedPartition): void {
  try {
    payload.resolveOffset(String(owned.ledger.expected - 1))
  } catch {
    // kafkajs throws a TypeError, which would crash the consumer, if the topic was lost meanwhile.
    // Then there is nothing to resolve.
  }
}

/** The offset in the fetch request. kafkajs sets it, but its types lack it. */
function fetchedOffsetOf(batch: Batch): number {
  return Number((batch as Batch & { fetchedOffset: string }).fetchedOffset)
}
