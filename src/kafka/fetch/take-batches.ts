import { placeOf, type SourceRecord } from '../../event/record.ts'
import type { Epoch, Intake, Obstacle } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { TimeSlice } from '../../util/time-slice.ts'
import { CodecError } from '../codecs/codecs.ts'
import type { RecordReader } from '../records/batch-records.ts'
import type { FetchedPartition } from '../records/fetch-answer.ts'
import { InflateLimit } from '../records/inflate-limit.ts'
import { BatchOpener, type OpenBatch } from '../records/open-batch.ts'
import { emptyRecord } from '../records/source-record.ts'
import type { FetchedBatch } from '../records/split-batches.ts'
import { CorruptRecords } from '../records/varints.ts'

export interface TakePorts {
  intake: Pick<Intake, 'take'>
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  /** Whether records of the epoch may be taken now. */
  mayTake(epoch: Epoch): boolean
}

/**
 * How far the batches were taken.
 * - `taken`: all of them.
 * - `ended`: the partition is not this member's any more.
 * - `obstacle`: the rest must be fetched again when the obstacle is cleared.
 */
export type Taken = { type: 'taken' } | { type: 'ended' } | { type: 'obstacle'; obstacle: Obstacle }

const TAKEN: Taken = { type: 'taken' }
const ENDED: Taken = { type: 'ended' }

/** How long a batch waits for room before it is dropped: to fetch it again is slow. */
const PATIENCE_MS = 2_000
/** Batches of several partitions share this time slice; then the lanes run. */
const SLICE_MS = 5
/** Reading the clock for each record would cost as much as handling some of them. */
const RECORDS_PER_LOOK = 16
/** When a corrupt batch is fetched again: a bit may have flipped on its way only. */
const CORRUPT_RETRY_MS = 5_000

/**
 * Creates the function that offers what was fetched of a partition to the intake, record by record,
 * from the offset that the ledger expects. It rejects with CODEC_FAILED or INTAKE_FAILED, which end
 * the service.
 */
export function createTakeBatches(ports: TakePorts) {
  const slice = new TimeSlice(ports.clock, SLICE_MS)
  const inflateLimit = new InflateLimit()
  return function takeBatches(
    epoch: Epoch,
    fetched: FetchedPartition,
    isCurrent: () => boolean = () => true,
  ): Promise<Taken> {
    const mayTake = () => isCurrent() && ports.mayTake(epoch)
    return new Taking(epoch, { ...ports, mayTake }, slice, inflateLimit).takeAll(fetched)
  }
}

interface TakingPorts extends Omit<TakePorts, 'mayTake'> {
  mayTake(): boolean
}

class Taking {
  readonly #epoch: Epoch
  readonly #ports: TakingPorts
  readonly #slice: TimeSlice
  readonly #opener: BatchOpener
  #looks = 0

  constructor(epoch: Epoch, ports: TakingPorts, slice: TimeSlice, limit: InflateLimit) {
    this.#epoch = epoch
    this.#ports = ports
    this.#slice = slice
    this.#opener = new BatchOpener(epoch, limit)
  }

  async takeAll({ batches, skipped }: FetchedPartition): Promise<Taken> {
    const { ledger } = this.#epoch
    for (const batch of batches) {
      if (!this.#isOurs) return ENDED
      // A corrupt one may state any offset.
      if (batch.lastOffset < ledger.expected && batch.isIntact()) continue
      const taken = skipped.has(batch) ? TAKEN : await this.#takeBatch(batch)
      if (taken.type !== 'taken') return taken
      ledger.passTo(batch.lastOffset + 1)
    }
    return TAKEN
  }

  async #takeBatch(batch: FetchedBatch): Promise<Taken> {
    let open: OpenBatch | undefined
    try {
      open = await this.#opener.open(batch)
      if (!this.#isOurs) return ENDED
      return await this.#takeRecords(open.records)
    } catch (error) {
      if (isTooLarge(error)) return this.#takeStandIn(batch, error)
      return this.#failed(error)
    } finally {
      open?.close()
    }
  }

  async #takeRecords(records: RecordReader): Promise<Taken> {
    const from = this.#epoch.ledger.expected
    for (let record = records.next(); record !== undefined; record = records.next()) {
      // A batch is returned whole, also where a fetch begins inside it.
      if (record.offset < from) continue
      if (this.#looks++ % RECORDS_PER_LOOK === 0 && this.#slice.isOver()) {
        await this.#yield()
        if (!this.#isOurs) return ENDED
      }
      const obstacle = this.#take(record)
      if (obstacle === undefined) continue
      const taken = await this.#takeLater(record, obstacle)
      if (taken.type !== 'taken') return taken
    }
    return TAKEN
  }

  /** Throws INTAKE_FAILED, or CorruptRecords if the record's headers are. */
  #take(record: SourceRecord): Obstacle | undefined {
    try {
      return this.#ports.intake.take(this.#epoch, record)
    } catch (error) {
      if (error instanceof CorruptRecords) throw error
      const place = placeOf(record)
      const message = `cannot take the record ${place}: ${messageOf(error)}`
      throw new InventoryEventsError('INTAKE_FAILED', message, { record: place, cause: error })
    }
  }

  /** Offers a record again, while its obstacles are cleared soon. */
  async #takeLater(record: SourceRecord, first: Obstacle): Promise<Taken> {
    const over = new AbortController()
    const patience = this.#ports.clock.sleep(PATIENCE_MS, over.signal).then(() => false)
    let obstacle: Obstacle | undefined = first
    try {
      while (obstacle !== undefined) {
        const isCleared = await Promise.race([obstacle.cleared.then(() => true), patience])
        if (!this.#isOurs) return ENDED
        if (!isCleared) return { type: 'obstacle', obstacle }
        obstacle = this.#take(record)
      }
      return TAKEN
    } finally {
      over.abort()
    }
  }

  /**
   * A batch that takes too much memory would hold its partition up for ever: one record without bytes
   * stands for it, and is dead-lettered.
   */
  async #takeStandIn(batch: FetchedBatch, error: Error): Promise<Taken> {
    const record = emptyRecord(this.#epoch)
    record.offset = this.#epoch.ledger.expected
    record.tooLarge = `offsets ${record.offset} to ${batch.lastOffset}: ${error.message}`
    const obstacle = this.#take(record)
    return obstacle === undefined ? TAKEN : this.#takeLater(record, obstacle)
  }

  /** A corrupt batch is never handed over, and never passed: its partition waits and fetches it again. */
  #failed(error: unknown): Taken {
    const { topic, partition, ledger, lost } = this.#epoch
    const place = `${topic}/${partition}@${ledger.expected}`
    if (error instanceof CodecError) throw error.at(place)
    if (!(error instanceof CorruptRecords)) throw error
    const why = `corrupt batch at ${place}: ${error.message}`
    const cleared = this.#ports.clock.sleep(CORRUPT_RETRY_MS, lost)
    return { type: 'obstacle', obstacle: { why, cleared } }
  }

  /** Lets others run. */
  async #yield(): Promise<void> {
    while (this.#slice.isOver()) await this.#slice.next
  }

  get #isOurs(): boolean {
    return this.#ports.mayTake()
  }
}

function isTooLarge(error: unknown): error is CodecError {
  return error instanceof CodecError && error.code === 'RECORD_TOO_LARGE'
}
