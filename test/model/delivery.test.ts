import fc from 'fast-check'
import { expect, it } from 'vitest'
import { actions } from './actions.ts'
import { modelCase, runCase } from './run-case.ts'

const RUNS = Number(process.env.MODEL_RUNS ?? 200)
const ACTIONS_MIN = 500
/** Shrinking ends with the smallest case that was found by then. */
const LIMIT_MS = 300_000

it('keeps its guarantees under any interleaving', async () => {
  const done = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(modelCase, async (all) => {
      for (const { action } of all.steps) done.set(action, (done.get(action) ?? 0) + 1)
      expect(await runCase(all)).toEqual([])
    }),
    // Shrinking is not needed to detect a mutant.
    {
      ...{ numRuns: RUNS, endOnFailure: process.env.MUTANT !== undefined },
      ...{ interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: true },
    },
  )
  if (process.env.MODEL_RUNS !== undefined) return
  for (const action of Object.keys(actions)) {
    expect(done.get(action), action).toBeGreaterThanOrEqual(ACTIONS_MIN)
  }
}, 600_000)
