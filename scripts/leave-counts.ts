import { writeFile } from 'node:fs/promises'

export interface Counts {
  passed: number
  failed: number
  /** The names of what was skipped. */
  skipped?: readonly string[]
}

/** For whoever asked for the counts of a step by COUNTS_FILE, as .ci/run does. */
export async function leaveCounts({ passed, failed, skipped = [] }: Counts): Promise<void> {
  const file = process.env.COUNTS_FILE
  if (file) await writeFile(file, JSON.stringify({ passed, failed, skipped }))
}
