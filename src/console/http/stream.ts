import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { type LineOutput, Lines } from './lines.ts'
import { Refused } from './route.ts'
import type { EndReason, SearchEnd } from './search-line.ts'

/** What one search may cost. */
export interface SearchLimits {
  records: number
  bytes: number
  results: number
  timeMs: number
}

const PER_USER = 4
const IN_ALL = 12
const PROGRESS_MS = 200

/** One search while it runs. */
export class RunningSearch<Result> {
  readonly #limits: SearchLimits
  readonly #out: LineOutput
  readonly #clock: Pick<Clock, 'elapsedMs'>
  readonly #startedMs: number
  readonly #stop = new AbortController()
  #stoppedBy: 'time' | 'stopped' | undefined
  #progressMs = Number.NEGATIVE_INFINITY
  #results = 0
  read = 0
  bytes = 0

  constructor(limits: SearchLimits, out: LineOutput, clock: Pick<Clock, 'elapsedMs'>) {
    this.#limits = limits
    this.#out = out
    this.#clock = clock
    this.#startedMs = clock.elapsedMs()
    if (out.signal.aborted) this.#stop.abort()
    else out.signal.addEventListener('abort', () => this.#stop.abort(), { once: true })
  }

  /** Aborts when the browser has gone, the time is over, or the console ends. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  stop(why: 'time' | 'stopped'): void {
    this.#stoppedBy ??= why
    this.#stop.abort()
  }

  /** Counts a record that was read. */
  count(bytes: number): void {
    this.read += 1
    this.bytes += bytes
  }

  get elapsedMs(): number {
    return Math.round(this.#clock.elapsedMs() - this.#startedMs)
  }

  /** How many records may still be read, if they are as large as those before. */
  get recordsLeft(): number {
    const ofBytes = ((this.#limits.bytes - this.bytes) * this.read) / Math.max(1, this.bytes)
    const ofSize = this.read === 0 ? Number.POSITIVE_INFINITY : Math.ceil(ofBytes)
    return Math.max(0, Math.min(this.#limits.records - this.read, ofSize))
  }

  /** The limit that has been reached, if one has. The search stops where it can be continued. */
  get reached(): EndReason | undefined {
    if (this.#stoppedBy !== undefined) return this.#stoppedBy
    if (this.#results >= this.#limits.results) return 'results'
    if (this.bytes >= this.#limits.bytes) return 'bytes'
    return this.read >= this.#limits.records ? 'records' : undefined
  }

  async found(result: Result): Promise<void> {
    this.#results += 1
    await this.#out.line({ type: 'result', result })
  }

  queued(ahead: number): Promise<void> {
    return this.#out.line({ type: 'queued', ahead })
  }

  /** Of how many records it has read those counted. Not more often than anyone can see. */
  async progress(of: number): Promise<void> {
    const nowMs = this.#clock.elapsedMs()
    if (nowMs - this.#progressMs < PROGRESS_MS) return
    this.#progressMs = nowMs
    await this.#out.line({ type: 'progress', read: this.read, of })
  }

  endOf(reason: EndReason, why: string | null, more: object = {}): SearchEnd {
    const { read, bytes, elapsedMs } = this
    return { ...more, type: 'end', reason, why, read, bytes, elapsedMs }
  }
}

/**
 * Searches that run while their browsers wait, a few at once. What they read costs Kafka, so each ends with
 * its browser, at its limits, and with the console.
 */
export class Searches {
  readonly #clock: Pick<Clock, 'elapsedMs' | 'after'>
  readonly #running = new Set<{ user: string; stop(): void }>()

  constructor(clock: Pick<Clock, 'elapsedMs' | 'after'>) {
    this.#clock = clock
  }

  get running(): number {
    return this.#running.size
  }

  /** The answer of a route that searches. `work` returns what to add to the end. Throws if there are too many. */
  answer<Result>(
    user: string,
    limits: SearchLimits,
    work: (search: RunningSearch<Result>) => Promise<object | undefined>,
  ): Lines {
    const ofUser = [...this.#running].filter((each) => each.user === user)
    if (ofUser.length >= PER_USER)
      throw new Refused(429, `${PER_USER} searches of yours are running`)
    if (this.#running.size >= IN_ALL) throw new Refused(429, `${IN_ALL} searches are running`)
    let stop = () => {}
    const entry = { user, stop: () => stop() }
    this.#running.add(entry)
    return new Lines(async (out) => {
      const search = new RunningSearch<Result>(limits, out, this.#clock)
      stop = () => search.stop('stopped')
      const cancelTimer = this.#clock.after(limits.timeMs, () => search.stop('time'))
      try {
        await out.line(await endedBy(search, work))
      } finally {
        cancelTimer()
        this.#running.delete(entry)
      }
    })
  }

  /** Ends all of them. */
  stop(): void {
    for (const each of this.#running) each.stop()
  }
}

async function endedBy<Result>(
  search: RunningSearch<Result>,
  work: (search: RunningSearch<Result>) => Promise<object | undefined>,
): Promise<SearchEnd> {
  try {
    const more = await work(search)
    return search.endOf(search.reached ?? 'end', null, more)
  } catch (error) {
    // What is stopped while it reads fails.
    if (search.signal.aborted) {
      const why = search.reached === 'time' && search.read === 0 ? messageOf(error) : null
      return search.endOf(search.reached ?? 'stopped', why)
    }
    return search.endOf('failed', messageOf(error))
  }
}
