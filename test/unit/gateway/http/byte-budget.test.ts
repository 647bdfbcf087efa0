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

it('gives no more room to what was released', () => {
  const budget = createByteBudget(100)
  const reservation = budget.reserve(10)!
  expect([reservation.grow(91), reservation.grow(90)]).toEqual([false, true])
  reservation.release()
  expect(reservation.grow(1)).toBe(false)
  expect(budget.usedBytes).toBe(0)
})
