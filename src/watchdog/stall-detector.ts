/** A look that comes later than this many periods means that the looker was stopped as well. */
const LATE_PERIODS = 2

/**
 * Tells for how long a thread has not beaten while its watcher went on looking. Where the whole
 * process was stopped, as by SIGSTOP or a sleeping machine, the looks stop too: that time hardly
 * counts.
 */
export class StallDetector {
  #periodMs: number
  #beats: number | undefined
  #lookedAtMs = 0
  #stalledMs = 0

  constructor(periodMs: number) {
    this.#periodMs = periodMs
  }

  /** Looks once, each period; answers for how many milliseconds there was no beat. */
  look(nowMs: number, beats: number): number {
    const sinceMs = Math.min(nowMs - this.#lookedAtMs, LATE_PERIODS * this.#periodMs)
    this.#stalledMs = beats === this.#beats ? this.#stalledMs + sinceMs : 0
    this.#beats = beats
    this.#lookedAtMs = nowMs
    return this.#stalledMs
  }
}
