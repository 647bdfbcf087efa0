import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALL_GUARDS, type Guards, modelCase, runCase } from './run-case.ts'

/**
 * The protocol by which plugins' state is committed: docs/state-protocol.md. Its model decided between
 * the ways to do it, and says which of its rules are needed.
 */
const RUNS = Number(process.env.MODEL_RUNS ?? 4_000)
/** The rarest takes about two thousand. */
const RUNS_WITHOUT_GUARD = 40_000
const SEED = 7

it('counts each event once, whatever is lost, late, frozen or killed', () => {
  fc.assert(
    fc.property(modelCase, (each) => {
      expect(runCase(each, ALL_GUARDS)).toEqual([])
    }),
    { numRuns: RUNS },
  )
})

describe('does not without', () => {
  it.each(Object.keys(ALL_GUARDS) as (keyof Guards)[])('%s', (guard) => {
    const guards = { ...ALL_GUARDS, [guard]: false }
    const isRight = fc.property(modelCase, (each) => runCase(each, guards).length === 0)
    const options = { numRuns: RUNS_WITHOUT_GUARD, endOnFailure: true, seed: SEED }
    expect(fc.check(isRight, options).failed).toBe(true)
  })
})
