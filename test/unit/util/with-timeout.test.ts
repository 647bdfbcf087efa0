import { expect, it } from 'vitest'
import { settledWithin } from '../../../src/util/with-timeout.ts'
import { ManualClock } from '../../support/manual-clock.ts'

it('resolves after the limit when what it waits for does not settle', async () => {
  const clock = new ManualClock()
  let isOver = false
  const ended = settledWithin(new Promise(() => {}), 1_000, clock).then(() => {
    isOver = true
  })
  await clock.advance(999)
  expect(isOver).toBe(false)
  await clock.advance(1)
  await ended
})

it('resolves when what it waits for has ended, well or not', async () => {
  const clock = new ManualClock()
  await settledWithin(Promise.resolve('anything'), 1_000, clock)
  await settledWithin(Promise.reject(new Error('no')), 1_000, clock)
})
