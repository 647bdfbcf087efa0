import type { Clock } from '../../util/clock.ts'

export interface SweepOptions {
  clock: Clock
  /** Deletes up to `rowsMax` expired rows. Returns how many it deleted. */
  deleteSome(rowsMax: number): Promise<number>
  onError(error: unknown): void
}

const BATCH_ROWS = 1_000
const PAUSE_MS = { betweenBatches: 100, betweenSweeps: 60_000 }

/** Deletes expired marks in small batches in the background. Returns a function that stops it. */
export function startSweep({ clock, deleteSome, onError }: SweepOptions): () => void {
  let isStopped = false
  let cancel = schedule(PAUSE_MS.betweenSweeps)

  function schedule(ms: number): () => void {
    return clock.after(ms, () => void sweep())
  }

  async function sweep(): Promise<void> {
    const deleted = await deleteSome(BATCH_ROWS).catch((error) => {
      onError(error)
      return 0
    })
    if (isStopped) return
    cancel = schedule(deleted < BATCH_ROWS ? PAUSE_MS.betweenSweeps : PAUSE_MS.betweenBatches)
  }

  return () => {
    isStopped = true
    cancel()
  }
}
