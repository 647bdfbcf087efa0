import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { durationText } from '../text/duration.ts'

export interface FailureLogOptions {
  log: Pick<Logger, 'info' | 'warn'>
  clock: Pick<Clock, 'elapsedMs'>
  /** How often what still fails is logged again. */
  everyMs?: number
}

interface Streak {
  sinceMs: number
  lastMs: number
  loggedAtMs: number
  /** Failures since the last line. */
  unsaid: number
}

/**
 * Logs something that is retried often: when it begins to fail, then now and then with the number of
 * failures, and when it works again. Without timers: only another failure says that it still fails.
 */
export class FailureLog {
  #options: Required<FailureLogOptions>
  #streak: Streak | undefined

  constructor(options: FailureLogOptions) {
    this.#options = { everyMs: 60_000, ...options }
  }

  failed(fields: object, message: string): void {
    const { log, clock, everyMs } = this.#options
    const nowMs = clock.elapsedMs()
    const streak = this.#streak
    // What has not failed for so long worked in between, whether or not anyone said so.
    if (streak === undefined || nowMs - streak.lastMs > everyMs) {
      this.#streak = { sinceMs: nowMs, lastMs: nowMs, loggedAtMs: nowMs, unsaid: 0 }
      log.warn(fields, message)
      return
    }
    streak.lastMs = nowMs
    streak.unsaid++
    if (nowMs - streak.loggedAtMs < everyMs) return
    const lasted = durationText(nowMs - streak.sinceMs)
    log.warn({ ...fields, unsaid: streak.unsaid }, `${message}; for ${lasted} now`)
    streak.loggedAtMs = nowMs
    streak.unsaid = 0
  }

  /** Logs the message if it failed before. */
  worked(fields: object, message: string): void {
    const streak = this.#streak
    if (streak === undefined) return
    this.#streak = undefined
    const { log, clock } = this.#options
    const lasted = durationText(clock.elapsedMs() - streak.sinceMs)
    log.info({ ...fields, unsaid: streak.unsaid }, `${message} after ${lasted}`)
  }
}
