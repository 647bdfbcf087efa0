export interface LinesInFlight {
  /** Resolves when another line may be taken in. */
  room(): Promise<void>
  /** Holds the line's bytes until `settled` settles, which must not reject. */
  add(number: number, bytes: Buffer, settled: Promise<void>): void
  /** Resolves when nothing is in flight. */
  empty(): Promise<void>
  /** The first line that is still in flight. */
  lowest(): number | undefined
}

export interface InFlightLimits {
  maxLines: number
  maxBytes: number
}

/** The lines that were handed to the publisher and are not acknowledged yet, up to a limit. */
export function createLinesInFlight({ maxLines, maxBytes }: InFlightLimits): LinesInFlight {
  const held = new Set<number>()
  let heldBytes = 0
  let wake: (() => void) | undefined

  function remove(number: number, bytes: Buffer): void {
    held.delete(number)
    heldBytes -= bytes.length
    wake?.()
  }

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  return {
    room: () => until(() => held.size < maxLines && heldBytes < maxBytes),
    empty: () => until(() => held.size === 0),
    add(number, bytes, settled) {
      held.add(number)
      heldBytes += bytes.length
      void settled.then(() => remove(number, bytes))
    },
    lowest: () => held.values().next().value,
  }
}
