import type { CrashCounts, CrashStore } from '../../src/pipeline/admit/crash-counts.ts'

/** Crash counts of one partition in memory, which outlive pipelines. `faults` can make writes fail. */
export function fakeCrashStore(noted: Record<string, number> = {}) {
  const counts: CrashCounts = new Map(Object.entries(noted))
  const faults = { refused: false, lostAnswers: 0 }
  let changes = 0
  const notes: CrashStore = {
    read: async () => new Map(counts),
    async change(_of, edit) {
      if (faults.refused) throw new Error('not acknowledged')
      changes += 1
      edit(counts)
      if (faults.lostAnswers > 0) {
        faults.lostAnswers -= 1
        throw new Error('the answer was lost')
      }
    },
  }
  return { notes, faults, noted: () => Object.fromEntries(counts), changes: () => changes }
}
