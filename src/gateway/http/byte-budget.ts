/** The part of the budget that one request holds. */
export interface Reservation {
  /** Reserves more; returns whether the budget had room for it. */
  grow(bytes: number): boolean
  /** Returns the bytes above `bytes` to the budget. */
  shrinkTo(bytes: number): void
  /** Returns all of it to the budget; after that, `grow` fails. Idempotent. */
  release(): void
}

export interface ByteBudget {
  readonly usedBytes: number
  hasRoomFor(bytes: number): boolean
  /** Undefined if the budget is exhausted. */
  reserve(bytes: number): Reservation | undefined
}

export function createByteBudget(maxBytes: number): ByteBudget {
  let usedBytes = 0
  const hasRoomFor = (bytes: number) => usedBytes + bytes <= maxBytes

  function createReservation(): Reservation {
    let held = 0
    let isReleased = false
    const shrinkTo = (wanted: number) => {
      const kept = Math.min(held, wanted)
      usedBytes -= held - kept
      held = kept
    }
    return {
      grow(bytes) {
        if (isReleased || !hasRoomFor(bytes)) return false
        usedBytes += bytes
        held += bytes
        return true
      },
      shrinkTo,
      release() {
        isReleased = true
        shrinkTo(0)
      },
    }
  }

  return {
    get usedBytes() {
      return usedBytes
    },
    hasRoomFor,
    reserve(bytes) {
      const reservation = createReservation()
      return reservation.grow(bytes) ? reservation : undefined
    },
  }
}

export interface RouteBudgets {
  readonly usedBytes: number
  of(path: string): ByteBudget
}

/** Gives each route an equal share, so that a flood on one route can't exhaust the others. */
export function createRouteBudgets(paths: readonly string[], maxBytes: number): RouteBudgets {
  const share = Math.floor(maxBytes / paths.length)
  const budgets = new Map(paths.map((path) => [path, createByteBudget(share)]))
  return {
    get usedBytes() {
      return [...budgets.values()].reduce((sum, budget) => sum + budget.usedBytes, 0)
    },
    of: (path) => budgets.get(path)!,
  }
}
