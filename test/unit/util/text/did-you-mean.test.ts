import { expect, it } from 'vitest'
import { didYouMean } from '../../../../src/util/text/did-you-mean.ts'

const known = ['timeoutMs', 'retry', 'processEvent']

it.each([
  ['timeOutMs', 'timeoutMs'],
  ['timeoutMS', 'timeoutMs'],
  ['timeout', 'timeoutMs'],
  ['process_event', 'processEvent'],
  ['retries', undefined],
  ['reply', undefined],
  ['retr', 'retry'],
  ['colour', undefined],
])('takes %s for %s', (name, meant) => {
  expect(didYouMean(name, known)).toBe(meant)
})

it('finds nothing among no names', () => {
  expect(didYouMean('retry', [])).toBeUndefined()
})

it('spends no time on a name that is much longer than any', () => {
  expect(didYouMean('x'.repeat(50_000_000), ['entity', 'from'])).toBeUndefined()
})
