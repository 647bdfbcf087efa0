import type { Batch } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { toSourceRecord } from '../records/source-record.ts'

/** Which records of a partition to read. */
export interface RangeRequest {
  topic: string
  partition: number
  /** Default, and minimum: the start of the log. */
  from?: number
  /** Exclusive end. Default: the current end of the log. */
  to?: number
  /** Reads at most this many offsets, the newest of the range. */
  maxRecords?: number
  lost: AbortSignal
  /** The buffers of the record are views: copy what is kept. What it promises is waited for. */
  onRecord(record: SourceRecord): void | Promise<void>
}

/** Reads one partition from an offset to a known end. Settles once. */
export class PartitionReading {
  readonly name: string
  readonly topic: string
  readonly partition: number
  /** Resolves when the end is reached; rejects on failure, or after a time without records. */
  readonly finished: Promise<void>
  #request: RangeRequest
  #next: number
  #end: number
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  #startWatch: () => () => void
  #cancelWatch = () => {}

  constructor(
    request: RangeRequest,
    { first, end }: { first: number; end: number },
    { clock, stalledAfterMs }: { clock: Pick<Clock, 'after'>; stalledAfterMs: number },
  ) {
    this.topic = request.topic
    this.partition = request.partition
    this.name = `${request.topic}/${request.partition}`
    this.#request = request
    this.#next = first
    this.#end = end
    this.finished = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.finished.catch(() => undefined)
    const stalled = () => this.fail(`no records for ${stalledAfterMs / 1000} s`)
    this.#startWatch = () => clock.after(stalledAfterMs, stalled)
    this.watch()
  }

  get next(): number {
    return this.#next
  }

  /** Restarts the stall timer. */
  watch(): void {
    this.unwatch()
    if (this.#settle !== undefined) this.#cancelWatch = this.#startWatch()
  }

  /** Stops the stall timer while records of this or another partition are being taken. */
  unwatch(): void {
    this.#cancelWatch()
  }

  async take(batch: Batch, heartbeat: () => Promise<void>): Promise<void> {
    const { fetchedOffset } = batch as Batch & { fetchedOffset: string }
    // Retention may have removed what comes next, or the batch is of an earlier reading.
    if (Number(fetchedOffset) !== this.#next) this.fail('the log has changed')
    if (this.#settle === undefined) return
    this.unwatch()
    for (const message of batch.messages) {
      if (Number(message.offset) >= this.#end || this.#settle === undefined) break
      const promised = this.#request.onRecord(toSourceRecord(this, message))
      if (promised === undefined) continue
      await promised
      await heartbeat()
    }
    this.passTo(Number(batch.lastOffset()) + 1)
  }

  /** Everything below is read, or holds no records. */
  passTo(offset: number): void {
    if (offset <= this.#next || this.#settle === undefined) return
    this.#next = offset
    this.watch()
    if (this.#next >= this.#end) this.#finish().resolve()
  }

  fail(why: string): void {
    if (this.#settle === undefined) return
    const message = `cannot read ${this.name} from ${this.#next} to ${this.#end}: ${why}`
    this.#finish().reject(
      new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true }),
    )
  }

  #finish() {
    const settle = this.#settle!
    this.#settle = undefined
    this.unwatch()
    return settle
  }
}
