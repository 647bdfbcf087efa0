/** Of decompressed batches that are being read; the next one may make it more. */
const HELD_BYTES_MAX = 32 * 1024 * 1024

export interface Inflated {
  body: Buffer
  /** To be called once, when the body is not used any more. */
  release(): void
}

/**
 * Bounds the memory of decompressed batches: how much one takes is known only afterwards, so they are
 * decompressed one at a time, in the order of the calls, and only while those that are being read take
 * less than the limit.
 */
export class InflateLimit {
  readonly #heldBytesMax: number
  #heldBytes = 0
  #isInflating = false
  readonly #waiting: (() => void)[] = []

  constructor(heldBytesMax = HELD_BYTES_MAX) {
    this.#heldBytesMax = heldBytesMax
  }

  /** Rejects as `inflate` does. */
  async inflate(inflate: () => Promise<Buffer>): Promise<Inflated> {
    if (!this.#hasRoom || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#isInflating = true
    try {
      const body = await inflate()
      this.#heldBytes += body.length
      return { body, release: () => this.#release(body.length) }
    } finally {
      this.#isInflating = false
      this.#wakeNext()
    }
  }

  get #hasRoom(): boolean {
    return !this.#isInflating && this.#heldBytes < this.#heldBytesMax
  }

  #release(bytes: number): void {
    this.#heldBytes -= bytes
    this.#wakeNext()
  }

  #wakeNext(): void {
    if (!this.#hasRoom) return
    const next = this.#waiting.shift()
    if (next === undefined) return
    // It runs in a later microtask, and nobody else may begin before it.
    this.#isInflating = true
    next()
  }
}
