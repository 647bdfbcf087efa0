export interface LinesInFlight {
  /** What to wait for until another line may be taken in; undefined if it may be now. */
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

/** Counts the lines that were handed to the publisher and are not acknowledged yet. */
export function createLinesInFlight({ maxLines, maxBytes }: InFlightLimits): LinesInFlight {
  let lines = 0
  let heldBytes = 0
  let wake: (() => void) | undefined

  const hasRoom = () => lines < maxLines && heldBytes < maxBytes

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
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
      wake?.()
    },
  }
}
