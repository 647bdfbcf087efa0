/**
 * The bytes that queued records may take. It is a soft limit: the record that exceeds it is still let in,
 * and what comes after it waits.
 */
export class QueueRoom {
  readonly #maxBytes: number
  #queuedBytes = 0
  #freed: PromiseWithResolvers<void> | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Resolves when there is room for at least one more record; undefined if there is now. */
  wait(): Promise<void> | undefined {
    return this.#isFull ? this.#untilFree() : undefined
  }

  take(bytes: number): void {
    this.#queuedBytes += bytes
  }

  release(bytes: number): void {
    this.#queuedBytes -= bytes
    this.#freed?.resolve()
    this.#freed = undefined
  }

  get #isFull(): boolean {
    return this.#queuedBytes >= this.#maxBytes
  }

  async #untilFree(): Promise<void> {
    while (this.#isFull) {
      this.#freed ??= Promise.withResolvers<void>()
      await this.#freed.promise
    }
  }
}
