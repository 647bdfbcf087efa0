import { settings } from '../../src/config/settings.ts'
import { type Change, join, kill, leave, nothing, roll } from './changes.ts'

export interface Form {
  /** The replica counts to measure with a backlog, and for how long each. */
  replicas: readonly number[]
  seconds: number
  /** How long requests are counted. */
  countSeconds: number
  changes: readonly Change[]
  /** The load during changes, less than the capacity of one replica. */
  perSecond: number
  sessionMs: number
  /** After this everything is killed and the test fails. */
  limitMs: number
}

const PER_SECOND = 120

export const quick: Form = {
  replicas: [1, 3],
  seconds: 6,
  countSeconds: 5,
  changes: [join(1, 2), join(2, 3), roll(3), leave(3), kill(2)],
  perSecond: PER_SECOND,
  // Long enough that a slow machine does not get a live replica evicted.
  sessionMs: 12_000,
  limitMs: 900_000,
}

export const full: Form = {
  replicas: [1, 2, 3, 6],
  seconds: 15,
  countSeconds: 20,
  changes: [
    nothing,
    ...[join(1, 2), join(2, 3), roll(3), leave(3), join(2, 3), kill(3), join(2, 3)],
    ...[join(3, 6), roll(6), leave(6), kill(5)],
  ],
  perSecond: PER_SECOND,
  sessionMs: Number(settings.SESSION_TIMEOUT_MS.default),
  limitMs: 1_800_000,
}
