import type { Clock } from '../../util/clock.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { MARKS_PER_RECORD, packMarks } from './mark-format.ts'
import type { Mark } from './mark-table.ts'
import type { MarksLog } from './marks-log-port.ts'

export interface MarkWriterOptions {
  log: Pick<MarksLog, 'write'>
  clock: Pick<Clock, 'after'>
  onWriteFailed(error: unknown, unwritten: number): void
}

/** Short: what is completed and not yet written when the process is killed is handled again. */
const LINGER_MS = 20
const RETRY_MS = 1_000
/** As many marks wait for no timer. */
const ENOUGH_MARKS = 4_096
/** Beyond this many unwritten marks nothing new may be begun. */
const MAX_UNWRITTEN = 65_536

/** Marks by input topic, then by partition. */
type Batch = Map<string, Map<number, Mark[]>>

/**
 * Writes marks soon after they are made, many to a record, one write at a time. What could not be
 * written is kept and written by a later try.
 */
export class MarkWriter {
  #options: MarkWriterOptions
  #batch: Batch = new Map()
  #inBatch = 0
  #unwritten = 0
  #underWay: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #failed = false
  #closed = false

  constructor(options: MarkWriterOptions) {
    this.#options = options
  }

  get unwritten(): number {
    return this.#unwritten
  }

  get isFull(): boolean {
    return this.#unwritten >= MAX_UNWRITTEN
  }

  add(topic: string, partition: number, mark: Mark): void {
    this.#unwritten += 1
    this.#putBack(topic, partition, [mark])
    if (this.#failed) return
    if (this.#inBatch >= ENOUGH_MARKS) void this.flush().catch(() => undefined)
    else this.#flushAfter(LINGER_MS)
  }

  /** Resolves when every mark that was added before is acknowledged; rejects when one can't be. */
  flush(): Promise<void> {
    if (this.#unwritten === 0) return Promise.resolve()
    this.#next ??= this.#writeAfter(this.#underWay)
    return this.#next
  }

  /** Writes what is left, unless the last try failed: a later process would wait for this one. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelTimer?.()
    if (!this.#failed) await this.flush().catch(() => undefined)
    await this.#underWay
  }

  async #writeAfter(previous: Promise<void>): Promise<void> {
    await previous
    this.#next = undefined
    const write = this.#write()
    this.#underWay = write.catch(() => undefined)
    return write
  }

  async #write(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const batch = this.#batch
    this.#batch = new Map()
    this.#inBatch = 0
    const results = await Promise.allSettled([...batch].map((entry) => this.#writeTopic(...entry)))
    const failure = results.find(({ status }) => status === 'rejected')
    this.#failed = failure !== undefined
    if (failure === undefined) return
    const { reason } = failure as PromiseRejectedResult
    this.#options.onWriteFailed(reason, this.#unwritten)
    this.#flushAfter(RETRY_MS)
    throw reason
  }

  /** In rounds of one record a partition, so that no request outgrows what a broker takes. */
  async #writeTopic(topic: string, marks: Map<number, Mark[]>): Promise<void> {
    const left = new Map(marks)
    while (left.size > 0) {
      const round = [...left].map(([partition, all]) => ({ partition, all }))
      const rows = round.map(({ partition, all }) => {
        return { partition, value: packMarks(all.slice(0, MARKS_PER_RECORD)) }
      })
      try {
        await this.#options.log.write(topic, rows)
      } catch (error) {
        for (const { partition, all } of round) this.#putBack(topic, partition, all)
        throw error
      }
      for (const { partition, all } of round) {
        this.#unwritten -= Math.min(all.length, MARKS_PER_RECORD)
        if (all.length <= MARKS_PER_RECORD) left.delete(partition)
        else left.set(partition, all.slice(MARKS_PER_RECORD))
      }
    }
  }

  #putBack(topic: string, partition: number, marks: readonly Mark[]): void {
    const ofTopic = getOrInsert(this.#batch, topic, () => new Map<number, Mark[]>())
    const present = getOrInsert(ofTopic, partition, () => [])
    for (const mark of marks) present.push(mark)
    this.#inBatch += marks.length
  }

  #flushAfter(ms: number): void {
    if (this.#closed || this.#cancelTimer !== undefined) return
    this.#cancelTimer = this.#options.clock.after(ms, () => {
      this.#cancelTimer = undefined
      void this.flush().catch(() => undefined)
    })
  }
}
