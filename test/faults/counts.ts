import { leaveCounts } from '../../scripts/leave-counts.ts'
import type { Trial, TrialResult } from './trial.ts'

/** Each fault is a test to whoever asked for counts; one that was not reached has failed. */
export async function writeCounts(
  trials: readonly Trial[],
  results: readonly TrialResult[],
): Promise<void> {
  const passed = results.filter(({ problems }) => problems.length === 0).length
  await leaveCounts({ passed, failed: trials.length - passed })
}
