/** A part of the budget that one request holds. */
export interface Reservation {
  /** Gives back what turned out not to be needed. */
  shrinkTo(bytes: number): void
  /** Gives all of it back; more than once is harmless. */
  release(): void
}

export interface ByteBudget {
  readonly usedBytes: number
  /** Undefined while there is no room. */
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
      const keep = (wanted: number) => {
        const kept = Math.min(held, wanted)
        usedBytes -= held - kept
        held = kept
      }
      return { shrinkTo: keep, release: () => keep(0) }
    },
  }
}
