import type { FetchedPartition } from '../records/fetch-answer.ts'
import { responseBuffers } from '../wire/response-buffers.ts'

/**
 * Bounds the bytes of responses that have not been taken yet. A response counts whole until all of its
 * partitions have been taken or dropped, since each of them keeps its bytes in memory. Then its memory is
 * used for another one.
 */
export class FetchBudget {
  readonly #maxBytes: number
  readonly #onRoom: () => void
  #heldBytes = 0

  /** `onRoom` is called when bytes become free. */
  constructor(maxBytes: number, onRoom: () => void) {
    this.#maxBytes = maxBytes
    this.#onRoom = onRoom
  }

  /** Below 0 where a response was larger than what was asked for. */
  get leftBytes(): number {
    return this.#maxBytes - this.#heldBytes
  }

  /** Counts a response. The returned function is to be called once for each of its partitions. */
  hold(answer: readonly FetchedPartition[]): () => void {
    if (answer.length === 0) return () => {}
    const bytes = bytesOf(answer)
    const memory = memoryOf(answer)
    this.#heldBytes += bytes
    let left = answer.length
    return () => {
      left -= 1
      // Another one reads what it has not taken yet from memory that is used again.
      if (left < 0) throw new Error('a response was released more often than it has partitions')
      if (left > 0) return
      this.#heldBytes -= bytes
      for (const each of memory) responseBuffers.giveBack(each)
      this.#onRoom()
    }
  }
}

function bytesOf(answer: readonly FetchedPartition[]): number {
  let bytes = 0
  for (const { batches } of answer) for (const batch of batches) bytes += batch.bytes.length
  return bytes
}

function memoryOf(answer: readonly FetchedPartition[]): Set<ArrayBufferLike> {
  return new Set(answer.flatMap(({ batches }) => batches.map(({ bytes }) => bytes.buffer)))
}
