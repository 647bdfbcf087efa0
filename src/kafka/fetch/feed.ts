import type { Epoch, Obstacle } from '../../pipeline/source.ts'
import type { FetchedPartition } from '../records/fetch-answer.ts'
import { RecordBatch } from '../records/record-batch.ts'
import type { FetchedBatch } from '../records/split-batches.ts'
import { type LeaderEpochs, UNKNOWN_EPOCH } from './leader-epochs.ts'
import type { ToFetch } from './send-fetch.ts'

/** What came of a partition. `release` is called once, when it has been taken or is dropped. */
export interface Portion {
  fetched: FetchedPartition
  release(): void
}

/** A batch of Kafka's default size at most must fit. */
export const PARTITION_BYTES_MAX = 1_048_576

/** What has been fetched of a partition and not been taken yet, and what comes next. */
export class Feed {
  readonly epoch: Epoch
  readonly topicId: string | undefined
  readonly #leaderEpochs: LeaderEpochs
  /** The next offset to fetch. */
  #position: number
  /** Fetched, and waiting until what was fetched before it has been taken. */
  #waiting: Portion | undefined
  #isTaking = false
  #obstacle: Obstacle | undefined
  #retryAtMs = Number.NEGATIVE_INFINITY
  #toFetch: ToFetch | undefined

  constructor(epoch: Epoch, topicId: string | undefined, leaderEpochs: LeaderEpochs) {
    this.epoch = epoch
    this.topicId = topicId
    this.#leaderEpochs = leaderEpochs
    this.#position = epoch.ledger.expected
  }

  get position(): number {
    return this.#position
  }

  /** What to ask for next: the same object as before if nothing has changed. `leaderEpoch` is of its leader. */
  toFetch(leaderEpoch: number): ToFetch {
    const offset = this.#position
    const lastFetchedEpoch = this.#leaderEpochs.below(offset)
    const known = this.#toFetch
    const isSame =
      known?.offset === offset &&
      known.leaderEpoch === leaderEpoch &&
      known.lastFetchedEpoch === lastFetchedEpoch
    if (isSame) return known
    const { topic, partition } = this.epoch
    const from = { leaderEpoch, offset, lastFetchedEpoch }
    const place = { topic, topicId: this.topicId, partition }
    this.#toFetch = { ...place, ...from, maxBytes: PARTITION_BYTES_MAX }
    return this.#toFetch
  }

  /** One answer waits while another is taken, so nothing is fetched now. */
  get isFull(): boolean {
    return this.#waiting !== undefined
  }

  /** All that was fetched has been taken. */
  get isIdle(): boolean {
    return !this.isFull && !this.#isTaking
  }

  isDue(nowMs: number): boolean {
    return !this.isFull && this.#obstacle === undefined && nowMs >= this.#retryAtMs
  }

  /** When a partition that failed is fetched again, in monotonic milliseconds. */
  get retryAtMs(): number {
    return this.#retryAtMs
  }

  retryAt(atMs: number): void {
    this.#retryAtMs = atMs
  }

  /** Drops it if it was requested before the position was reset. */
  add(portion: Portion, requestedOffset: number): void {
    const last = portion.fetched.batches.at(-1)
    const isBlocked = this.isFull || this.#obstacle !== undefined
    if (requestedOffset !== this.#position || last === undefined || isBlocked) {
      portion.release()
      return
    }
    this.#waiting = portion
    for (const batch of portion.fetched.batches) this.#note(batch)
    this.#position = Math.max(this.#position, last.lastOffset + 1)
  }

  /** Messages of older formats have no epoch. */
  #note(batch: FetchedBatch): void {
    const isBatch = batch instanceof RecordBatch
    const [offset, epoch] = isBatch
      ? [batch.baseOffset, batch.leaderEpoch]
      : [batch.lastOffset, UNKNOWN_EPOCH]
    this.#leaderEpochs.note(Math.max(offset, this.#position), epoch)
  }

  /** What is to be taken now; `done` follows. */
  next(): Portion | undefined {
    if (this.#isTaking || this.#waiting === undefined) return undefined
    const next = this.#waiting
    this.#waiting = undefined
    this.#isTaking = true
    return next
  }

  done(): void {
    this.#isTaking = false
  }

  /** Drops what was fetched: it continues where the ledger does, once the obstacle is cleared. */
  block(obstacle: Obstacle): void {
    this.#obstacle = obstacle
    this.rewind()
  }

  unblock(): void {
    this.#obstacle = undefined
  }

  rewind(): void {
    this.#waiting?.release()
    this.#waiting = undefined
    this.#position = this.epoch.ledger.expected
  }
}
