import type { Clock } from '../../util/clock.ts'

export interface SweepOptions {
  clock: Clock
  /** Deletes at most so many rows whose time is over, and answers how many it found. */
  deleteSome(rowsMax: number): Promise<number>
  onError(error: unknown): void
}

const BATCH_ROWS = 1_000
const PAUSE_MS = { betweenBatches: 100, betweenSweeps: 60_000 }

/** Deletes old marks in small batches in the background; answers how to stop that. */
export function startSweep({ clock, deleteSome, onError }: SweepOptions): () => void {
  let isStopped = false
  let cancel = schedule(PAUSE_MS.betweenSweeps)

  function schedule(ms: number): () => void {
    return clock.after(ms, () => void sweep())
  }

  async function sweep(): Promise<void> {
    const found = await deleteSome(BATCH_ROWS).catch((error) => {
      onError(error)
      return 0
    })
    if (isStopped) return
    cancel = schedule(found < BATCH_ROWS ? PAUSE_MS.betweenSweeps : PAUSE_MS.betweenBatches)
  }

  return () => {
    isStopped = true
    cancel()
  }
}
