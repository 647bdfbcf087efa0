import { expect, it } from 'vitest'
import { durationText } from '../../../../src/util/text/duration.ts'

it.each([
  [0, '0 ms'],
  [250.4, '250 ms'],
  [1_000, '1 s'],
  [1_540, '1.5 s'],
  [120_000, '2 min'],
  [5_400_000, '1.5 h'],
  [86_400_000, '1 day'],
  [604_800_000, '7 days'],
  [Number.POSITIVE_INFINITY, 'unlimited time'],
])('%d ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
