/** Smaller ones come from Node's own pool, or cost little. */
export const POOLED_BYTES_MIN = 128 * 1024
const POOLED_BYTES_MAX = 8 * 1024 * 1024
/** What a full response takes beside its records, so that it needs no buffer of twice the size. */
const ROOM_BYTES = 64 * 1024
/** Of buffers that are not lent. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024

/**
 * Memory for large responses, which is used again: the system gives new memory page by page, and clears
 * each of them, which takes longer than all that is done with an unwanted record.
 *
 * Invariant: what was given back is not read any more. What is never given back is left to the garbage collector.
 */
export class ResponseBuffers {
  /** Those that were given back first come first. */
  #kept: ArrayBufferLike[] = []
  #keptBytes = 0
  readonly #lent = new WeakSet<ArrayBufferLike>()

  /** A buffer of that length. What it holds is undefined. */
  take(length: number): Buffer {
    if (length < POOLED_BYTES_MIN || length > POOLED_BYTES_MAX) return Buffer.allocUnsafe(length)
    const memory = this.#memoryOf(capacityFor(length))
    this.#lent.add(memory)
    return Buffer.from(memory, 0, length)
  }

  /** The memory of a buffer that was taken. Any other is ignored, also one that was given back before. */
  giveBack(memory: ArrayBufferLike): void {
    if (!this.#lent.delete(memory)) return
    this.#kept.push(memory)
    this.#keptBytes += memory.byteLength
    while (this.#keptBytes > KEPT_BYTES_MAX) this.#remove(0)
  }

  #memoryOf(capacity: number): ArrayBufferLike {
    const place = this.#kept.findLastIndex(({ byteLength }) => byteLength === capacity)
    return place < 0 ? Buffer.allocUnsafeSlow(capacity).buffer : this.#remove(place)
  }

  #remove(place: number): ArrayBufferLike {
    const [memory] = this.#kept.splice(place, 1) as [ArrayBufferLike]
    this.#keptBytes -= memory.byteLength
    return memory
  }
}

function capacityFor(length: number): number {
  let capacity = POOLED_BYTES_MIN
  while (capacity + ROOM_BYTES < length) capacity *= 2
  return capacity + ROOM_BYTES
}

/** The one of this process: responses are read into its memory, and those that read them give it back. */
export const responseBuffers = new ResponseBuffers()
