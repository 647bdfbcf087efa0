export interface LinesInFlight {
  /** Resolves when another line may be submitted; undefined if it may be now. */
  room(): Promise<void> | undefined
  add(bytes: Buffer): void
  remove(bytes: Buffer): void
  /** Resolves when nothing is in flight. */
  empty(): Promise<void>
}

export interface InFlightLimits {
  maxLines: number
  maxBytes: number
}

/** Tracks the lines submitted to the publisher and not acknowledged yet. */
export function createLinesInFlight({ maxLines, maxBytes }: InFlightLimits): LinesInFlight {
  let lines = 0
  let heldBytes = 0
  let changed: PromiseWithResolvers<void> | undefined

  const hasRoom = () => lines < maxLines && heldBytes < maxBytes

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      changed = Promise.withResolvers<void>()
      await changed.promise
    }
  }

  return {
    room: () => (hasRoom() ? undefined : until(hasRoom)),
    empty: () => until(() => lines === 0),
    add(bytes) {
      lines++
      heldBytes += bytes.length
    },
    remove(bytes) {
      lines--
      heldBytes -= bytes.length
      changed?.resolve()
    },
  }
}
