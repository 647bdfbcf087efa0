/**
 * Tells many of a signal's abort through one listener: a listener for each call of a handler costs
 * more than most calls.
 */
export class AbortCalls {
  #bySignal = new WeakMap<AbortSignal, Set<() => void>>()

  /** Calls back at once where the signal has aborted already. */
  add(signal: AbortSignal, callback: () => void): void {
    if (signal.aborted) callback()
    const known = this.#bySignal.get(signal)
    if (known !== undefined) {
      known.add(callback)
      return
    }
    const callbacks = new Set([callback])
    this.#bySignal.set(signal, callbacks)
    signal.addEventListener('abort', () => callAll(callbacks), { once: true })
  }

  remove(signal: AbortSignal, callback: () => void): void {
    this.#bySignal.get(signal)?.delete(callback)
  }
}

function callAll(callbacks: Set<() => void>): void {
  for (const callback of callbacks) callback()
}
