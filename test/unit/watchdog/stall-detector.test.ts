import { describe, expect, it } from 'vitest'
import { StallDetector } from '../../../src/watchdog/stall-detector.ts'

/** Looks every 100 ms unless said otherwise: [milliseconds since the last look, beats then]. */
function stalledAfter(...looks: [sinceMs: number, beats: number][]): number {
  const stall = new StallDetector(100)
  let nowMs = 5_000
  let stalledMs = 0
  for (const [sinceMs, beats] of looks) {
    nowMs += sinceMs
    stalledMs = stall.check(nowMs, beats)
  }
  return stalledMs
}

describe('a stall', () => {
  it('is none while there are beats', () => {
    expect(stalledAfter([100, 1], [100, 2], [100, 3])).toBe(0)
  })

  it('lasts from the last look that saw a beat', () => {
    expect(stalledAfter([100, 1], [100, 2], [100, 2], [110, 2], [90, 2])).toBe(300)
  })

  it('is over with the next beat', () => {
    expect(stalledAfter([100, 1], [100, 1], [100, 1], [100, 2])).toBe(0)
  })

  it('does not count the time in which the watcher was stopped as well', () => {
    expect(stalledAfter([100, 1], [60_000, 1])).toBe(200)
    expect(stalledAfter([100, 1], [60_000, 1], [100, 2])).toBe(0)
  })

  it('counts the time before and after such a stop', () => {
    expect(stalledAfter([100, 1], [100, 1], [60_000, 1], [100, 1])).toBe(400)
  })

  it('is none at the first look, however late that is', () => {
    expect(stalledAfter([60_000, 0])).toBe(0)
  })
})
