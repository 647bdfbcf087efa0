import { randomUUID } from 'node:crypto'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { mayDo, type User } from '../access/roles.ts'
import { Refused } from '../http/route.ts'
import type { JobRow, JobSpec, Progress } from './job.ts'

interface Job {
  row: JobRow
  lane: string
  stop: AbortController
  ended: Promise<void>
}

const RUNNING_MAX = 3
/** Those that have ended, so that who started one can see later what came of it. */
const ENDED_MAX = 50

/** The jobs of this process, until it ends. */
export class Jobs {
  readonly #clock: Pick<Clock, 'now'>
  /** The oldest first. */
  readonly #jobs = new Map<string, Job>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Begins a job. Refused if too many run, or another one of its lane does. */
  start(spec: JobSpec): JobRow {
    const running = [...this.#jobs.values()].filter(({ row }) => row.endedMs === null)
    const same = running.find(({ lane }) => lane === spec.lane)
    if (same !== undefined) {
      throw new Refused(409, `${same.row.action} by ${same.row.by} runs: wait for it, or stop it`)
    }
    if (running.length >= RUNNING_MAX) {
      throw new Refused(429, `${running.length} jobs run: wait for one, or stop one`)
    }
    const row = this.#rowOf(spec)
    const stop = new AbortController()
    const ended = this.#run(spec, row, stop.signal)
    this.#jobs.set(row.id, { row, lane: spec.lane, stop, ended })
    this.#forgetOldest()
    return { ...row }
  }

  /** Newest first. */
  rows(): JobRow[] {
    return [...this.#jobs.values()].map(({ row }) => ({ ...row })).reverse()
  }

  /** Asks a job to stop. What it has done stays done. */
  stop(id: string, user: User): JobRow {
    const job = this.#jobs.get(id)
    if (job === undefined) throw new Refused(404, 'there is no such job')
    if (!mayDo(user, job.row.role)) throw new Refused(403, `only for the role ${job.row.role}`)
    if (job.row.endedMs !== null) throw new Refused(409, 'this job has ended')
    this.#stop(job)
    return { ...job.row }
  }

  /** Stops all, and waits until each has recorded its end. */
  async close(): Promise<void> {
    for (const job of this.#jobs.values()) if (job.row.endedMs === null) this.#stop(job)
    await Promise.all([...this.#jobs.values()].map(({ ended }) => ended))
  }

  #stop({ row, stop }: Job): void {
    row.state = 'stopping'
    stop.abort()
  }

  #rowOf({ work: _, lane: __, ...shown }: JobSpec): JobRow {
    return {
      ...{ ...shown, id: randomUUID(), state: 'running', done: 0, note: '' },
      ...{ startedMs: this.#clock.now(), endedMs: null, result: null },
    }
  }

  async #run({ work }: JobSpec, row: JobRow, signal: AbortSignal): Promise<void> {
    const progress: Progress = (update) => Object.assign(row, update)
    try {
      row.result = await work(progress, signal)
      row.state = 'done'
    } catch (error) {
      row.result = messageOf(error)
      row.state = signal.aborted ? 'stopped' : 'failed'
    }
    row.note = ''
    row.endedMs = this.#clock.now()
  }

  #forgetOldest(): void {
    const ended = [...this.#jobs].filter(([, { row }]) => row.endedMs !== null)
    for (const [id] of ended.slice(0, Math.max(0, ended.length - ENDED_MAX))) this.#jobs.delete(id)
  }
}
