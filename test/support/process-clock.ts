import type { Clock } from '../../src/util/clock.ts'
import { type ManualClock, settled } from './manual-clock.ts'

/** The time of one of several processes, which may be frozen, as by SIGSTOP, or killed. */
export class ProcessClock implements Clock {
  readonly #time: ManualClock
  #state: 'running' | 'frozen' | 'dead' = 'running'
  /** What was due while it was frozen. */
  #late: (() => void)[] = []

  constructor(time: ManualClock) {
    this.#time = time
  }

  get isFrozen(): boolean {
    return this.#state === 'frozen'
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  now(): number {
    return this.#time.now()
  }

  elapsedMs(): number {
    return this.#time.elapsedMs()
  }

  after(ms: number, callback: () => void): () => void {
    let isCancelled = false
    const cancel = this.#time.after(ms, () => {
      this.run(() => {
        if (!isCancelled) callback()
      })
    })
    return () => {
      isCancelled = true
      cancel()
    }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        cancel()
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const cancel = this.after(ms, done)
      signal?.addEventListener('abort', done)
    })
  }

  /** Something from outside reaches the process: now, or once it wakes, or never. */
  run(callback: () => void): void {
    if (this.#state === 'running') callback()
    if (this.#state === 'frozen') this.#late.push(callback)
  }

  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen'
  }

  kill(): void {
    this.#state = 'dead'
    this.#late = []
  }

  /** What was due happens late, one after the other. */
  async wake(): Promise<void> {
    if (this.#state !== 'frozen') return
    this.#state = 'running'
    for (let next = this.#late.shift(); next !== undefined; next = this.#late.shift()) {
      next()
      await settled()
    }
  }
}
