import type { Epoch, Obstacle } from '../../pipeline/source.ts'
import type { FetchedPartition } from '../records/fetch-answer.ts'

/** What has been fetched of a partition and not been taken yet, and what comes next. */
export class Feed {
  readonly epoch: Epoch
  readonly topicId: string | undefined
  /** The next offset to fetch. */
  #position: number
  /** Fetched, and waiting until what was fetched before it has been taken. */
  #waiting: FetchedPartition | undefined
  #isTaking = false
  #obstacle: Obstacle | undefined
  #retryAtMs = Number.NEGATIVE_INFINITY

  constructor(epoch: Epoch, topicId: string | undefined) {
    this.epoch = epoch
    this.topicId = topicId
    this.#position = epoch.ledger.expected
  }

  get position(): number {
    return this.#position
  }

  /** One answer waits while another is taken, so nothing is fetched now. */
  get isFull(): boolean {
    return this.#waiting !== undefined
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

  /** Answers to a request that began elsewhere, before the position was reset, are dropped. */
  add(fetched: FetchedPartition, requestedOffset: number): void {
    const last = fetched.batches.at(-1)
    if (requestedOffset !== this.#position || last === undefined) return
    if (this.isFull || this.#obstacle !== undefined) return
    this.#waiting = fetched
    this.#position = Math.max(this.#position, last.lastOffset + 1)
  }

  /** What is to be taken now; `done` follows. */
  next(): FetchedPartition | undefined {
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
    this.#waiting = undefined
    this.#position = this.epoch.ledger.expected
  }
}
