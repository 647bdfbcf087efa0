import { expect, it } from 'vitest'
import { dayOf } from '../../../../src/event/time/calendar.ts'

const DAY_MS = 86_400_000

it('agrees with Date for every day of the years 0 to 9999', () => {
  const date = new Date(0)
  let expected = date.setUTCFullYear(0, 0, 1) / DAY_MS
  for (let year = 0; year <= 9_999; year++) {
    for (let month = 1; month <= 12; month++) {
      const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
      const first = dayOf(year, month, 1)
      if (first !== expected) expect([year, month, first]).toEqual([year, month, expected])
      expected += days
      const [last, none] = [dayOf(year, month, days), dayOf(year, month, days + 1)]
      if (last !== expected - 1 || none !== undefined)
        expect([year, month, last, none]).toBe('right')
    }
  }
  expect(expected * DAY_MS).toBe(date.setUTCFullYear(10_000, 0, 1))
})

it.each([
  [2024, 0, 1],
  [2024, 13, 1],
  [2024, 1, 0],
])('rejects the date %i-%i-%i', (year, month, day) => {
  expect(dayOf(year, month, day)).toBeUndefined()
})
