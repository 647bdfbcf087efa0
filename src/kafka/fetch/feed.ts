import type { Epoch, Obstacle } from '../../pipeline/source.ts'
import type { FetchedPartition } from '../records/fetch-answer.ts'

/** What came of a partition. `release` is called once, when it has been taken or is dropped. */
export interface Portion {
  fetched: FetchedPartition
  release(): void
}

/** What has been fetched of a partition and not been taken yet, and what comes next. */
export class Feed {
  readonly epoch: Epoch
  readonly topicId: string | undefined
  /** The next offset to fetch. */
  #position: number
  /** Fetched, and waiting until what was fetched before it has been taken. */
  #waiting: Portion | undefined
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
    this.#position = Math.max(this.#position, last.lastOffset + 1)
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
