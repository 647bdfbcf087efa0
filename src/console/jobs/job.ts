import type { Role } from '../../config/console-users.ts'

/** What takes longer than a request: asked for by someone, and done whether they look or not. */
export interface JobSpec {
  /** The name of the command that does the same, such as `dead-letters redrive`. */
  action: string
  /** What it is done to, in words without content of events. */
  what: string
  /** At most one of a lane runs at once. */
  lane: string
  /** Who may stop it. */
  role: Role
  by: string
  why: string
  total: number
  /**
   * Resolves with what came of it, in words. Rejects when `signal` aborts, once nothing more will be done,
   * with what was done until then.
   */
  work(progress: Progress, signal: AbortSignal): Promise<string>
}

/** Shows how far it is. */
export type Progress = (update: {
  /** How many of the total are done. */
  done?: number
  /** It is another than was thought. */
  total?: number
  /** What it does at the moment, such as a wait after the first ten. */
  note?: string
}) => void

export type JobState = 'running' | 'stopping' | 'done' | 'stopped' | 'failed'

/** A job as pages see it. */
export interface JobRow extends Omit<JobSpec, 'work' | 'lane'> {
  id: string
  state: JobState
  done: number
  note: string
  startedMs: number
  endedMs: number | null
  /** What came of it, or why it failed. */
  result: string | null
}
