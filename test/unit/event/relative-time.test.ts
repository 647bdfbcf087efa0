import { expect, it } from 'vitest'
import { parseTimeOrAge } from '../../../src/event/relative-time.ts'

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
