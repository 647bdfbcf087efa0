import { type Shrinkable, smallerSteps, stepsOf } from './case.ts'
import type { Problem } from './judge/problem.ts'
import type { Runner } from './runner.ts'

export interface Failure {
  steps: Shrinkable[]
  problems: Problem[]
}

/** A failure that is as small as it became within the time. */
export async function shrink(failure: Failure, runner: Runner, limitMs: number): Promise<Failure> {
  const deadline = Date.now() + limitMs
  let best = failure

  /** Whether the steps fail as well; then they are the new best. */
  async function isSmaller(steps: Shrinkable[]): Promise<boolean> {
    if (Date.now() > deadline) return false
    const problems = await runner.run(stepsOf(steps))
    if (problems.length === 0) return false
    best = { steps, problems }
    return true
  }

  const blamed = failure.problems.find(({ step }) => step !== undefined)?.step
  const isAlone =
    blamed !== undefined &&
    failure.steps.length > 1 &&
    (await isSmaller([failure.steps[blamed] as Shrinkable]))
  if (!isAlone) await leaveOut(best, isSmaller)
  for (let i = 0; i < best.steps.length; i++) {
    while (await shrinkStep(i, best.steps, isSmaller));
  }
  return best
}

/** Leaves out one step after the other, the last first. */
async function leaveOut(
  { steps }: Failure,
  isSmaller: (steps: Shrinkable[]) => Promise<boolean>,
): Promise<void> {
  let left = steps
  for (let i = steps.length - 1; i >= 0 && left.length > 1; i--) {
    const without = left.filter((_, index) => index !== i)
    if (await isSmaller(without)) left = without
  }
}

/** Replaces a step by the first smaller one with which the case still fails. */
async function shrinkStep(
  index: number,
  steps: readonly Shrinkable[],
  isSmaller: (steps: Shrinkable[]) => Promise<boolean>,
): Promise<boolean> {
  const original = steps[index] as Shrinkable
  for (const smaller of smallerSteps(original)) {
    // Another kind of step is another fault.
    if (smaller.value.do !== original.value.do) continue
    if (await isSmaller(steps.with(index, smaller))) return true
  }
  return false
}
