/** The signal of a handler's call. It is created when it is first read: most handlers never do. */
export class CallSignal {
  #controller: AbortController | undefined
  #aborted = false

  /** Aborts the signal. Static, so that handlers cannot call it. */
  static abort(call: CallSignal): void {
    call.#aborted = true
    call.#controller?.abort()
  }

  /** Whether the handler may have seen its signal abort: it has read `signal`. */
  static couldSeeAbort(call: CallSignal): boolean {
    return call.#aborted && call.#controller !== undefined
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort()
    }
    return this.#controller.signal
  }
}
