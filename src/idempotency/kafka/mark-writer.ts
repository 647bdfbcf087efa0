import type { MarkedOutcome } from '../../event/outcome.ts'
import type { Clock } from '../../util/clock.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { MARKS_PER_RECORD, packMarks, packOutcomes } from './mark-format.ts'
import type { Mark } from './mark-table.ts'
import type { MarksLog } from './marks-log-port.ts'

export interface MarkWriterOptions {
  log: Pick<MarksLog, 'write'>
  clock: Pick<Clock, 'after'>
  onWriteFailed(error: unknown, unwritten: number): void
}

/** Short, because events whose marks are unwritten when the process is killed are handled again. */
const LINGER_MS = 20
const RETRY_MS = 1_000
/** This many marks are written at once, without waiting for the timer. */
const BATCH_MARKS = 4_096
/** From this many unwritten marks on, no new event may be claimed. */
const MAX_UNWRITTEN = 65_536

interface Made {
  mark: Mark
  outcome: MarkedOutcome
}

/** Marks by input topic, then by partition. */
type Batch = Map<string, Map<number, Made[]>>

/**
 * Writes marks shortly after they are made, many per record and one write at a time. Marks that could
 * not be written are kept for the next write.
 */
export class MarkWriter {
  #options: MarkWriterOptions
  #batch: Batch = new Map()
  #inBatch = 0
  #unwritten = 0
  /** Resolves when the current write has ended, whether it succeeded or not. */
  #writing: Promise<void> = Promise.resolve()
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

  add(topic: string, partition: number, made: Made): void {
    this.#unwritten += 1
    this.#append(topic, partition, [made])
    if (this.#failed) return
    if (this.#inBatch >= BATCH_MARKS) void this.flush().catch(() => undefined)
    else this.#flushAfter(LINGER_MS)
  }

  /** Resolves when all marks added so far are acknowledged; rejects if the write fails. */
  flush(): Promise<void> {
    if (this.#unwritten === 0) return Promise.resolve()
    this.#next ??= this.#writeAfter(this.#writing)
    return this.#next
  }

  /** Writes the remaining marks, unless the last write failed, because that would delay the exit. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelTimer?.()
    if (!this.#failed) await this.flush().catch(() => undefined)
    await this.#writing
  }

  async #writeAfter(previous: Promise<void>): Promise<void> {
    await previous
    this.#next = undefined
    const write = this.#write()
    this.#writing = write.catch(() => undefined)
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

  /** Writes one record per partition at a time, so that no request exceeds the broker's limit. */
  async #writeTopic(topic: string, marks: Map<number, Made[]>): Promise<void> {
    const left = new Map(marks)
    while (left.size > 0) {
      const round = [...left].map(([partition, all]) => ({ partition, all }))
      const rows = round.map(({ partition, all }) => {
        const some = all.slice(0, MARKS_PER_RECORD)
        const value = packMarks(some.map(({ mark }) => mark))
        return { partition, value, outcomes: packOutcomes(some.map(({ outcome }) => outcome)) }
      })
      try {
        await this.#options.log.write(topic, rows)
      } catch (error) {
        for (const { partition, all } of round) this.#append(topic, partition, all)
        throw error
      }
      for (const { partition, all } of round) {
        this.#unwritten -= Math.min(all.length, MARKS_PER_RECORD)
        if (all.length <= MARKS_PER_RECORD) left.delete(partition)
        else left.set(partition, all.slice(MARKS_PER_RECORD))
      }
    }
  }

  #append(topic: string, partition: number, marks: readonly Made[]): void {
    const ofTopic = getOrInsert(this.#batch, topic, () => new Map<number, Made[]>())
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
