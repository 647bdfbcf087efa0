import { type Clock, systemClock } from '../util/clock.ts'

/** Real time for handlers and their limits, but no waiting between attempts. */
export const impatientClock: Clock = {
  ...systemClock,
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
}
