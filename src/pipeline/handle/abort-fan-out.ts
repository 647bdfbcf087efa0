/** Something that may lose what it works for. */
export interface Losing {
  onLost(): void
}

/**
 * Tells many of a signal's abort through one listener: a listener for each call of a handler costs
 * more than most calls.
 */
export class AbortFanOut {
  #bySignal = new WeakMap<AbortSignal, Set<Losing>>()

  /** Tells it at once where the signal has aborted already. */
  add(signal: AbortSignal, losing: Losing): void {
    if (signal.aborted) losing.onLost()
    const known = this.#bySignal.get(signal)
    if (known !== undefined) {
      known.add(losing)
      return
    }
    const all = new Set([losing])
    this.#bySignal.set(signal, all)
    signal.addEventListener('abort', () => tellAll(all), { once: true })
  }

  remove(signal: AbortSignal, losing: Losing): void {
    this.#bySignal.get(signal)?.delete(losing)
  }
}

function tellAll(all: Set<Losing>): void {
  for (const losing of all) losing.onLost()
}
