/** The part of the budget that one request holds. */
export interface Reservation {
  /** Returns the bytes above `bytes` to the budget. */
  shrinkTo(bytes: number): void
  /** Returns all of it to the budget. Idempotent. */
  release(): void
}

export interface ByteBudget {
  readonly usedBytes: number
  /** Undefined if the budget is exhausted. */
  reserve(bytes: number): Reservation | undefined
}

export function createByteBudget(maxBytes: number): ByteBudget {
  let usedBytes = 0
  return {
    get usedBytes() {
      return usedBytes
    },
    reserve(bytes) {
      if (usedBytes + bytes > maxBytes) return undefined
      usedBytes += bytes
      let held = bytes
      const keep = (limit: number) => {
        const kept = Math.min(held, limit)
        usedBytes -= held - kept
        held = kept
      }
      return { shrinkTo: keep, release: () => keep(0) }
    },
  }
}
