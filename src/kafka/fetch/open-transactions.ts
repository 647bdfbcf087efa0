import type { Epoch } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { counted } from '../../util/text/counted.ts'
import type { Feed } from './feed.ts'
import type { Fetched } from './send-fetch.ts'

/** Most transactions end within milliseconds; one of a producer that is gone, after a minute or more. */
const LONG_MS = 5_000

interface Open {
  offset: number
  /** How many offsets wait. */
  behind: number
  sinceMs: number
  isTold: boolean
}

/** Notices partitions whose next records belong to a transaction that stays open. */
export class OpenTransactions {
  readonly #clock: Pick<Clock, 'elapsedMs'>
  readonly #onWait: (epoch: Epoch, why: string | undefined) => void
  readonly #open = new Map<Feed, Open>()

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
    const next = (batches.at(-1)?.lastOffset ?? offset - 1) + 1
    const isWaiting = lastStableOffset === next && next < highWatermark
    const known = this.#open.get(feed)
    if (isWaiting && known?.offset === next) {
      known.behind = highWatermark - next
      return
    }
    this.#open.delete(feed)
    if (known?.isTold) this.#onWait(feed.epoch, undefined)
    if (!isWaiting) return
    const sinceMs = this.#clock.elapsedMs()
    this.#open.set(feed, { offset: next, behind: highWatermark - next, sinceMs, isTold: false })
  }

  /** Reports those that have waited for long: a broker returns nothing more of them until they change. */
  report(): void {
    const nowMs = this.#clock.elapsedMs()
    for (const [{ epoch }, open] of this.#open) {
      if (open.isTold || nowMs - open.sinceMs < LONG_MS) continue
      open.isTold = true
      const { behind, offset } = open
      const records = counted(behind, 'offset')
      const wait = behind === 1 ? 'waits' : 'wait'
      this.#onWait(epoch, `${records} from ${offset} on ${wait} for an open transaction`)
    }
  }

  /** It is no longer fetched. */
  forget(feed: Feed): void {
    this.#open.delete(feed)
  }
}
