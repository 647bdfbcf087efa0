import { writeFile } from 'node:fs/promises'

export interface Counts {
  passed: number
  /** Each failure: its name, then what was wrong. */
  failed: readonly string[]
  /** The names of skipped tests. */
  skipped?: readonly string[]
}

/** Writes the counts of a step to the file in COUNTS_FILE, which .ci/run sets. */
export async function leaveCounts({ passed, failed, skipped = [] }: Counts): Promise<void> {
  const file = process.env.COUNTS_FILE
  if (file) await writeFile(file, JSON.stringify({ passed, failed, skipped }))
}
