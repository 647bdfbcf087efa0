import { responseBuffers } from './response-buffers.ts'

/** More than that is made for bytes that are there only: what is at the other end may not be a broker. */
const FIRST_BYTES_MAX = 8 * 1024 * 1024
const LENGTH_BYTES = 4

/**
 * Puts the responses of a connection together, each in a buffer of its own, so that what is received
 * is copied once, and none of it is kept. A response begins with its length in four bytes.
 */
export class ResponseFrames {
  readonly #length = Buffer.alloc(LENGTH_BYTES)
  #lengthFilled = 0
  #frame: Buffer | undefined
  #filled = 0

  /**
   * Takes the next bytes that were received, and calls back with each response that is complete, without
   * its length. Throws RangeError for a length that no response has.
   */
  take(data: Buffer, onFrame: (frame: Buffer) => void): void {
    let at = 0
    while (at < data.length) {
      at = this.#frame === undefined ? this.#takeLength(data, at) : this.#takeFrame(data, at)
      if (this.#frame === undefined || this.#filled < this.#size) continue
      const frame = this.#frame
      this.#lengthFilled = 0
      this.#frame = undefined
      onFrame(frame)
    }
  }

  get #size(): number {
    return this.#length.readInt32BE()
  }

  #takeLength(data: Buffer, from: number): number {
    const end = from + LENGTH_BYTES - this.#lengthFilled
    this.#lengthFilled += data.copy(this.#length, this.#lengthFilled, from, end)
    if (this.#lengthFilled === LENGTH_BYTES) this.#begin()
    return Math.min(end, data.length)
  }

  #begin(): void {
    const size = this.#size
    if (size < 0) throw new RangeError(`a response of ${size} bytes`)
    this.#frame = responseBuffers.take(Math.min(size, FIRST_BYTES_MAX))
    this.#filled = 0
  }

  #takeFrame(data: Buffer, from: number): number {
    const frame = this.#frame as Buffer
    const copied = data.copy(frame, this.#filled, from)
    this.#filled += copied
    if (this.#filled === frame.length && this.#filled < this.#size) this.#grow(frame)
    return from + copied
  }

  #grow(frame: Buffer): void {
    this.#frame = Buffer.allocUnsafe(Math.min(this.#size, 2 * frame.length))
    frame.copy(this.#frame)
  }
}
