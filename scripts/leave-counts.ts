import { writeFile } from 'node:fs/promises'

export interface Counts {
  passed: number
  /** What each failure is to be told by: its name, then what was wrong. */
  failed: readonly string[]
  /** The names of what was skipped. */
  skipped?: readonly string[]
}

/** For whoever asked for the counts of a step by COUNTS_FILE, as .ci/run does. */
export async function leaveCounts({ passed, failed, skipped = [] }: Counts): Promise<void> {
  const file = process.env.COUNTS_FILE
  if (file) await writeFile(file, JSON.stringify({ passed, failed, skipped }))
}
