import { expect, it } from 'vitest'
import { retryPlanOf } from '../../../src/plugin/retry-plan.ts'

const defaults = { maxAttempts: 5, initialDelayMs: 100, maxDelayMs: 1_000 }

it('takes what a policy leaves out from the defaults, also where it says undefined', () => {
  expect(retryPlanOf({}, defaults)).toEqual(defaults)
  expect(retryPlanOf({ initialDelayMs: 7 }, defaults)).toEqual({ ...defaults, initialDelayMs: 7 })
  const unset = { maxAttempts: undefined, delaysMs: undefined } as never
  expect(retryPlanOf(unset, defaults)).toEqual(defaults)
})

it('has an attempt more than there are delays, which the plugin cannot change later', () => {
  const delaysMs = [1_000, 60_000]
  const plan = retryPlanOf({ delaysMs }, defaults)
  delaysMs.pop()
  expect(plan).toEqual({ maxAttempts: 3, delaysMs: [1_000, 60_000] })
})
