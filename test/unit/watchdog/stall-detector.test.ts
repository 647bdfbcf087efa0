import { describe, expect, it } from 'vitest'
import { StallDetector } from '../../../src/watchdog/stall-detector.ts'

/** Each check: [milliseconds since the last one, beats then]. The period is 100 ms. */
function stalledAfter(...checks: [sinceMs: number, beats: number][]): number {
  const stall = new StallDetector(100)
  let nowMs = 5_000
  let stalledMs = 0
  for (const [sinceMs, beats] of checks) {
    nowMs += sinceMs
    stalledMs = stall.check(nowMs, beats)
  }
  return stalledMs
}

describe('a stall', () => {
  it('is zero while there are beats', () => {
    expect(stalledAfter([100, 1], [100, 2], [100, 3])).toBe(0)
  })

  it('lasts from the last check that saw a beat', () => {
    expect(stalledAfter([100, 1], [100, 2], [100, 2], [110, 2], [90, 2])).toBe(300)
  })

  it('ends with the next beat', () => {
    expect(stalledAfter([100, 1], [100, 1], [100, 1], [100, 2])).toBe(0)
  })

  it('does not count time while the watcher was stopped as well', () => {
    expect(stalledAfter([100, 1], [60_000, 1])).toBe(200)
    expect(stalledAfter([100, 1], [60_000, 1], [100, 2])).toBe(0)
  })

  it('counts the time before and after such a stop', () => {
    expect(stalledAfter([100, 1], [100, 1], [60_000, 1], [100, 1])).toBe(400)
  })

  it('is zero at the first check, however late that is', () => {
    expect(stalledAfter([60_000, 0])).toBe(0)
  })
})
