import type { Clock } from '../../src/util/clock.ts'

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

  /** Lets time pass, timer by timer. */
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

  /** Time passes while the thread is not given back: no timer goes off. */
  pass(ms: number): void {
    this.#nowMs += ms
  }

  /** Time passes as for a process that was frozen: what was due comes late, all at once. */
  async jump(ms: number): Promise<void> {
    this.#nowMs += ms
    await this.advance(0)
  }

  /** Timers that have not gone off. */
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

/** Resolves when every promise that could settle has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
