import type { Clock } from '../../util/clock.ts'
import { ManualClock } from './manual-clock.ts'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Lets that much time pass: whatever waits for less continues, in order. */
  advance(ms: number): Promise<void>
}

/** Begins at the time of the first event that `eventBuilder` makes. */
export function fakeClock(nowMs: number = Date.parse('2026-01-15T10:30:00Z')): FakeClock {
  return new ManualClock(nowMs)
}
