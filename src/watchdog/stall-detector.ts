/** If a check is later than this many periods, the checking thread was stopped as well. */
const LATE_PERIODS = 2

/**
 * Measures how long a thread has not sent a beat while its watcher kept checking. When the whole
 * process is stopped, as by SIGSTOP or a sleeping machine, the checks stop too: of that time only
 * two periods count.
 */
export class StallDetector {
  #periodMs: number
  #beats: number | undefined
  #checkedAtMs = 0
  #stalledMs = 0

  constructor(periodMs: number) {
    this.#periodMs = periodMs
  }

  /** Called once each period. Returns for how many milliseconds there has been no beat. */
  check(nowMs: number, beats: number): number {
    const sinceMs = Math.min(nowMs - this.#checkedAtMs, LATE_PERIODS * this.#periodMs)
    this.#stalledMs = beats === this.#beats ? this.#stalledMs + sinceMs : 0
    this.#beats = beats
    this.#checkedAtMs = nowMs
    return this.#stalledMs
  }
}
