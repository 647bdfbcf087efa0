import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MadeReturns } from '../../../src/plugin/returns/made-returns.ts'

const valuesOf = (made: readonly { value: object }[]) => made.map(({ value }) => value)

it('attributes what the synchronous part of a call makes to it', () => {
  const returns = new MadeReturns()
  returns.enter()
  expect(returns.leave()).toBeUndefined()
  returns.enter()
  const made = returns.made({})
  expect(returns.leave()).toBe(made)
  returns.enter()
  expect(returns.leave()).toBeUndefined()
})

it('knows of what is made later when all calls that were running have ended', () => {
  const returns = new MadeReturns()
  const [early, late] = [returns.begin(), returns.begin()]
  const forgotten = returns.made({})
  expect(returns.end(early, undefined)).toEqual([])
  const next = returns.begin()
  const returned = returns.made({})
  expect(valuesOf(returns.end(late, undefined))).toEqual([forgotten])
  expect(returns.end(next, returned)).toEqual([])
})

it('takes stacks once something was not returned', () => {
  const returns = new MadeReturns()
  const stackOfNext = () => {
    const call = returns.begin()
    returns.made({})
    return returns.end(call, undefined)[0]?.trace?.stack
  }
  expect(stackOfNext()).toBeUndefined()
  expect(stackOfNext()).toMatch(/made-returns\.test\.ts/)
})

it('says nothing of what a call that threw may have been about to return', () => {
  const returns = new MadeReturns()
  const [one, two] = [returns.begin(), returns.begin()]
  returns.made({})
  returns.fail(one)
  expect(returns.end(two, undefined)).toEqual([])
})

it('ignores what is made while no handler runs', () => {
  const returns = new MadeReturns()
  returns.made({})
  expect(returns.end(returns.begin(), undefined)).toEqual([])
})

it('remembers a hundred at most', () => {
  const returns = new MadeReturns()
  const call = returns.begin()
  for (let i = 0; i < 1_000; i++) returns.made({})
  expect(returns.end(call, undefined)).toHaveLength(100)
})

/** What one call does: it makes nothing, or something that it returns, or something that it forgets. */
type Does = 'nothing' | 'returns' | 'forgets'

it('in any order of calls, finds exactly what was not returned', () => {
  const does = fc.constantFrom<Does>('nothing', 'returns', 'forgets')
  const step = fc.record({ does, makesAt: fc.nat(20), endsAt: fc.nat(20), beginsAt: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (calls) => {
      const returns = new MadeReturns()
      const moments = calls.flatMap((call, n) => {
        const [begins = 0, makes = 0, ends = 0] = [call.beginsAt, call.makesAt, call.endsAt].sort(
          (a, b) => a - b,
        )
        return [
          { at: begins, rank: 0, n },
          { at: makes, rank: 1, n },
          { at: ends, rank: 2, n },
        ]
      })
      moments.sort((a, b) => a.at - b.at || a.rank - b.rank)
      const periods = new Map<number, ReturnType<MadeReturns['begin']>>()
      const made = new Map<number, object>()
      const found: object[] = []
      const forgotten: object[] = []
      for (const { rank, n } of moments) {
        const { does: what } = calls[n] as { does: Does }
        if (rank === 0) periods.set(n, returns.begin())
        if (rank === 1 && what !== 'nothing') {
          made.set(n, returns.made({ n }))
          if (what === 'forgets') forgotten.push(made.get(n) as object)
        }
        if (rank === 2) {
          const value = what === 'returns' ? made.get(n) : undefined
          found.push(...valuesOf(returns.end(periods.get(n) as 0 | 1, value)))
        }
      }
      expect(new Set(found)).toEqual(new Set(forgotten))
      expect(found).toHaveLength(forgotten.length)
    }),
    { numRuns: 500 },
  )
})
