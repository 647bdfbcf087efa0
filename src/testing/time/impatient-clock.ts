import { type Clock, systemClock } from '../../util/clock.ts'

/** The system clock, except that `sleep` returns immediately: no waits between attempts. */
export const impatientClock: Clock = {
  ...systemClock,
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
}
