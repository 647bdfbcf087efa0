import type { RecentError } from '../../status/status-record.ts'
import type { Clock } from '../../util/clock.ts'
import type { Failure } from '../../util/failure/failure.ts'

type Failed = Pick<Failure, 'type' | 'stack'> & { at?: string | null }

/** Different errors that are kept; the one that is the longest ago makes room. */
const ERRORS_MAX = 20
const KEPT_MS = 900_000
const FRAMES_MAX = 6

/** Counts failures by plugin, type, place and what was done then. */
export class RecentErrors {
  readonly #clock: Pick<Clock, 'now'>
  readonly #errors = new Map<string, RecentError>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  add(plugin: string, { type = 'Error', at = null, stack = '' }: Failed, what: string): void {
    const key = JSON.stringify([plugin, type, at, what])
    const known = this.#errors.get(key)
    // Set again, so that the order is that of the last time.
    this.#errors.delete(key)
    const count = (known?.count ?? 0) + 1
    const frames = stack === '' ? [] : stack.split('\n').slice(0, FRAMES_MAX)
    const lastMs = this.#clock.now()
    this.#errors.set(key, { plugin, type, at, stack: frames, what, count, lastMs })
    const [oldest] = this.#errors.keys()
    if (this.#errors.size > ERRORS_MAX && oldest !== undefined) this.#errors.delete(oldest)
  }

  /** Those of the last quarter of an hour, newest first. */
  list(): RecentError[] {
    const sinceMs = this.#clock.now() - KEPT_MS
    for (const [key, { lastMs }] of this.#errors) if (lastMs < sinceMs) this.#errors.delete(key)
    return [...this.#errors.values()].reverse()
  }
}
