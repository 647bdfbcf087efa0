import { expect, it } from 'vitest'
import { timeAfter } from '../../../../src/event/time/time-after.ts'

it('is now, but always after the record before', () => {
  expect(timeAfter(1_000, 500)).toBe(1_000)
  expect(timeAfter(1_000, 1_000)).toBe(1_001)
  expect(timeAfter(1_000, 1_500)).toBe(1_501)
})

it('does not follow a clock that is wrong', () => {
  expect(timeAfter(1_000, 601_000)).toBe(601_001)
  expect(timeAfter(1_000, 601_001)).toBe(1_000)
})
