import type { Clock } from '../../util/clock.ts'

interface Timer {
  atMs: number
  callback: () => void
}

/** A clock that a test moves by hand. Promises settle between timers, as they would in real time. */
export class ManualClock implements Clock {
  #nowMs: number
  #timers = new Set<Timer>()

  constructor(nowMs = 0) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  elapsedMs(): number {
    return this.#nowMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const cancel = this.after(ms, resolve)
      signal?.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })
  }

  /** Advances time, timer by timer. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      await settled()
      const next = this.#nextUntil(endMs)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.callback()
    }
    this.#nowMs = endMs
  }

  /** Advances time as if the thread were blocked: no timer fires. */
  pass(ms: number): void {
    this.#nowMs += ms
  }

  /** Advances time as for a frozen process: timers that were due fire late, all at once. */
  async jump(ms: number): Promise<void> {
    this.#nowMs += ms
    await this.advance(0)
  }

  /** The number of timers that have not fired. */
  get pending(): number {
    return this.#timers.size
  }

  #nextUntil(endMs: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && (next === undefined || timer.atMs < next.atMs)) next = timer
    }
    return next
  }
}

/** Resolves when all promises that can settle have settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
