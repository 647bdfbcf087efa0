import { expect, it } from 'vitest'
import { backoffMs, retry } from '../../../src/util/retry.ts'

const backoff = { firstMs: 100, maxMs: 350 }

/** Work that fails with these errors in turn, then returns 'done'; and the delays slept. */
function failing(errors: Error[]) {
  const delays: number[] = []
  const clock = { sleep: async (ms: number) => void delays.push(ms) }
  let calls = 0
  const work = async () => {
    const error = errors[calls++]
    if (error !== undefined) throw error
    return 'done'
  }
  return { work, clock, delays, calls: () => calls }
}

it('doubles the delay up to the longest', () => {
  expect([1, 2, 3, 20].map((failures) => backoffMs(backoff, failures))).toEqual([
    100, 200, 350, 350,
  ])
})

it('retries until the work succeeds', async () => {
  const { work, clock, delays } = failing([new Error('one'), new Error('two')])
  expect(await retry(work, { attempts: 3, backoff, clock })).toBe('done')
  expect(delays).toEqual([100, 200])
})

it('rejects with the last error after the attempts', async () => {
  const { work, clock, delays, calls } = failing([new Error('one'), new Error('two')])
  await expect(retry(work, { attempts: 2, backoff, clock })).rejects.toThrow('two')
  expect(calls()).toBe(2)
  expect(delays).toEqual([100])
})

it('rejects at once with an error that is not retryable', async () => {
  const { work, clock, calls } = failing([new Error('one'), new TypeError('bug'), new Error('two')])
  const isRetryable = (error: unknown) => !(error instanceof TypeError)
  await expect(retry(work, { attempts: 9, backoff, isRetryable, clock })).rejects.toThrow('bug')
  expect(calls()).toBe(2)
})
