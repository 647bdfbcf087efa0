import { expect, it, vi } from 'vitest'
import { createSampledLog } from '../../../src/observe/sampled-log.ts'
import { createLogger } from '../../../src/util/logger.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function sampling(options: { linesMax?: number; errorsMax?: number } = {}) {
  const lines: string[] = []
  const clock = new ManualClock()
  const after = vi.spyOn(clock, 'after')
  const log = createLogger('info', { write: (line) => lines.push(line) })
  const sampled = createSampledLog({ log, clock, linesMax: 2, ...options })
  const fail = (plugin: string, message: string, times = 1) => {
    for (let i = 0; i < times; i++) sampled.warn(plugin, new Error(message), {}, 'failed')
  }
  const seen = () => {
    const parsed = lines.splice(0).map((line) => JSON.parse(line))
    return parsed.map(({ plugin, err, error, unsaid }) =>
      unsaid === undefined ? `${plugin}: ${err.message}` : `${plugin}: ${error} +${unsaid}`,
    )
  }
  return { nextWindow: () => clock.advance(60_000), after, sampled, fail, seen }
}

it('logs the first failures of a window and counts the rest', async () => {
  const { nextWindow, fail, seen } = sampling()
  fail('a', 'boom', 10)
  expect(seen()).toEqual(['a: boom', 'a: boom'])
  await nextWindow()
  expect(seen()).toEqual(['a: boom +8'])
})

it('starts again in the next window, and logs nothing if nothing was suppressed', async () => {
  const { nextWindow, after, fail, seen } = sampling()
  fail('a', 'boom', 2)
  await nextWindow()
  await nextWindow()
  expect(after).toHaveBeenCalledTimes(1)
  fail('a', 'boom')
  expect(seen()).toEqual(['a: boom', 'a: boom', 'a: boom'])
})

it('keeps plugins and errors apart, but not errors that differ in an id', async () => {
  const { nextWindow, fail, seen } = sampling({ linesMax: 1 })
  fail('a', 'boom')
  fail('b', 'boom')
  fail('a', 'bang')
  for (const id of ['17', 'E-0018', '0f5c2f0e-aaaa-4bbb-8ccc-1234567890ab']) fail('a', `no ${id}`)
  expect(seen()).toEqual(['a: boom', 'b: boom', 'a: bang', 'a: no 17'])
  await nextWindow()
  expect(seen()).toEqual(['a: no # +2'])
})

it('bounds the number of different errors', async () => {
  const { nextWindow, fail, seen } = sampling({ linesMax: 1, errorsMax: 2 })
  for (const word of ['alpha', 'beta', 'gamma', 'delta', 'epsilon']) fail('a', word)
  expect(seen()).toEqual(['a: alpha', 'a: beta', 'a: gamma'])
  await nextWindow()
  expect(seen()).toEqual(['a: other errors +2'])
})

it('logs what was suppressed when it is closed, and nothing else', async () => {
  const { nextWindow, sampled, fail, seen } = sampling({ linesMax: 1 })
  fail('a', 'boom', 3)
  sampled.close()
  expect(seen()).toEqual(['a: boom', 'a: boom +2'])
  await nextWindow()
  expect(seen()).toEqual([])
})
