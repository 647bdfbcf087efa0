import { expect, it } from 'vitest'
import { untilFollowedMs } from '../../../src/replay/catch-up.ts'

const AT = '2026-01-01T12:00:00.000Z'

it.each([
  ['long ago', 60_000, 0],
  ['a second ago', 1_000, 4_000],
  ['by a clock that is an hour ahead', -3_600_000, 5_000],
])('waits for what was switched %s no longer than replicas take', (_, agoMs, waitMs) => {
  expect(untilFollowedMs(AT, Date.parse(AT) + agoMs)).toBe(waitMs)
})
