import { expect, it } from 'vitest'
import { parseTimeOrAge, rangeProblem } from '../../../../src/event/time/relative-time.ts'

const NOW_MS = Date.parse('2026-01-31T08:00:00Z')

it.each([
  ['2026-01-31T07:00:00Z', NOW_MS - 3_600_000],
  ['2026-01-31T09:00:00.5+01:00', NOW_MS + 500],
  ['30s', NOW_MS - 30_000],
  ['90m', NOW_MS - 5_400_000],
  ['36h', NOW_MS - 129_600_000],
  ['7d', NOW_MS - 604_800_000],
  ['yesterday', undefined],
  ['7w', undefined],
  ['-7d', undefined],
  ['', undefined],
])('%j is %j', (text, moment) => {
  expect(parseTimeOrAge(text, NOW_MS)).toBe(moment)
})

it.each([
  [{}, undefined],
  [{ toMs: 5 }, undefined],
  [{ fromMs: 10 }, undefined],
  [{ fromMs: -5, toMs: 0 }, undefined],
  [{ fromMs: 3, toMs: 20 }, undefined],
  [
    { fromMs: 11 },
    'not in the future: it is 1970-01-01T00:00:00.010Z now, got 1970-01-01T00:00:00.011Z',
  ],
  [
    { fromMs: 3, toMs: 3 },
    'before "to", which is 1970-01-01T00:00:00.003Z, got 1970-01-01T00:00:00.003Z',
  ],
  [{ fromMs: 4, toMs: 3 }, 'before "to"'],
])('at 10 ms, a range %j has the problem %s', (range, problem) => {
  const found = rangeProblem(range, 10)
  if (problem === undefined) expect(found).toBeUndefined()
  else
    expect(found).toContain(
      `from: expected a time ${problem.startsWith('not') ? 'that is ' : ''}${problem}`,
    )
})
