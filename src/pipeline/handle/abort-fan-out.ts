/** Work that ends when its partition or claim is lost. */
export interface Losing {
  onLost(): void
}

/**
 * Notifies many calls of a signal's abort through one listener: a listener per call costs more than
 * most calls do.
 */
export class AbortFanOut {
  #bySignal = new WeakMap<AbortSignal, Set<Losing>>()

  /** Calls `onLost` at once if the signal has already aborted. */
  add(signal: AbortSignal, losing: Losing): void {
    if (signal.aborted) losing.onLost()
    const known = this.#bySignal.get(signal)
    if (known !== undefined) {
      known.add(losing)
      return
    }
    const all = new Set([losing])
    this.#bySignal.set(signal, all)
    signal.addEventListener('abort', () => notifyAll(all), { once: true })
  }

  remove(signal: AbortSignal, losing: Losing): void {
    this.#bySignal.get(signal)?.delete(losing)
  }
}

function notifyAll(all: Set<Losing>): void {
  for (const losing of all) losing.onLost()
}
