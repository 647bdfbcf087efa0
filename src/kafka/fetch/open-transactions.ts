import type { Epoch } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import type { Feed } from './feed.ts'
import type { Fetched } from './send-fetch.ts'

/** Most transactions end within milliseconds; one of a producer that is gone, after a minute or more. */
const LONG_MS = 5_000

interface Open {
  offset: number
  sinceMs: number
  isTold: boolean
}

/** Notices partitions whose next records belong to a transaction that stays open. */
export class OpenTransactions {
  readonly #clock: Pick<Clock, 'elapsedMs'>
  readonly #onWait: (epoch: Epoch, why: string | undefined) => void
  readonly #open = new WeakMap<Feed, Open>()

  /** `onWait` is called when a partition has waited for long, and when it waits no more. */
  constructor(
    clock: Pick<Clock, 'elapsedMs'>,
    onWait: (epoch: Epoch, why: string | undefined) => void,
  ) {
    this.#clock = clock
    this.#onWait = onWait
  }

  /** What came of a partition when `offset` was asked for. */
  note(feed: Feed, fetched: Fetched, offset: number): void {
    // An error says nothing of the log.
    if (fetched.errorCode !== 0) return
    const { batches, lastStableOffset, highWatermark } = fetched
    const isWaiting = batches.length === 0 && lastStableOffset === offset && offset < highWatermark
    const known = this.#open.get(feed)
    if (!isWaiting) {
      this.#open.delete(feed)
      if (known?.isTold) this.#onWait(feed.epoch, undefined)
      return
    }
    const nowMs = this.#clock.elapsedMs()
    const open = known?.offset === offset ? known : { offset, sinceMs: nowMs, isTold: false }
    this.#open.set(feed, open)
    if (open.isTold || nowMs - open.sinceMs < LONG_MS) return
    open.isTold = true
    const behind = highWatermark - offset
    this.#onWait(feed.epoch, `${behind} offsets from ${offset} on wait for an open transaction`)
  }
}
