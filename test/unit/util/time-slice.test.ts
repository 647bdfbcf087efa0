import { expect, it } from 'vitest'
import { TimeSlice } from '../../../src/util/time-slice.ts'
import { ManualClock } from '../../support/manual-clock.ts'

it('is over after its time limit, until the event loop has run', async () => {
  const clock = new ManualClock()
  const slice = new TimeSlice(clock, 10)
  expect(slice.isOver()).toBe(false)
  clock.pass(9)
  expect(slice.isOver()).toBe(false)
  clock.pass(1)
  expect(slice.isOver()).toBe(true)
  await Promise.resolve()
  expect(slice.isOver()).toBe(true)
  await slice.next
  expect(slice.isOver()).toBe(false)
})
