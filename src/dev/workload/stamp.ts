import { timeText } from '../../event/time/timestamp.ts'
import { uuidV7 } from '../../publish/uuid-v7.ts'
import type { Random } from './random.ts'

/** The start time of every generated stream; fixed, so that a seed always gives the same stream. */
const START_MS = Date.parse('2026-01-05T06:00:00Z')
const LONGEST_STEP_MS = 900

export interface Stamp {
  id: string
  /** RFC 3339 in UTC; strictly increasing. */
  time: string
}

/** Generates unique ids with increasing times. */
export function createStamp(random: Random): () => Stamp {
  let nowMs = START_MS
  return () => {
    nowMs += 1 + random.below(LONGEST_STEP_MS)
    return { id: uuidV7(nowMs, random.bytes(10)), time: timeText(nowMs) }
  }
}
