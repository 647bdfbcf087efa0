import { expect, it } from 'vitest'
import { createByteBudget } from '../../../../src/gateway/http/byte-budget.ts'

it('reserves up to its limit, and again after a release', () => {
  const budget = createByteBudget(100)
  const first = budget.reserve(60)!
  expect(budget.reserve(41)).toBeUndefined()
  const second = budget.reserve(40)!
  expect(budget.usedBytes).toBe(100)
  first.shrinkTo(10)
  expect(budget.usedBytes).toBe(50)
  second.release()
  second.release()
  first.shrinkTo(30)
  expect(budget.usedBytes).toBe(10)
  first.release()
  expect(budget.usedBytes).toBe(0)
})
