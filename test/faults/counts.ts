import { leaveCounts } from '../../scripts/leave-counts.ts'
import type { Trial, TrialResult } from './trial.ts'

/** Each fault is a test to whoever asked for counts; one that was not reached has failed. */
export async function writeCounts(
  trials: readonly Trial[],
  results: readonly TrialResult[],
): Promise<void> {
  const told = new Map(results.map(({ name, problems }) => [name, problems]))
  const failed = trials.flatMap(({ name }) => {
    const problems = told.get(name) ?? ['was not reached']
    return problems.length === 0 ? [] : [[name, ...problems].join('\n')]
  })
  await leaveCounts({ passed: trials.length - failed.length, failed })
}
