import { leaveCounts } from '../../scripts/leave-counts.ts'
import type { Trial, TrialResult } from './trial.ts'

/** Counts each fault as a test; one that was not run counts as failed. */
export async function writeCounts(
  trials: readonly Trial[],
  results: readonly TrialResult[],
): Promise<void> {
  const problemsOf = new Map(results.map(({ name, problems }) => [name, problems]))
  const failed = trials.flatMap(({ name }) => {
    const problems = problemsOf.get(name) ?? ['was not run']
    return problems.length === 0 ? [] : [[name, ...problems].join('\n')]
  })
  await leaveCounts({ passed: trials.length - failed.length, failed })
}
