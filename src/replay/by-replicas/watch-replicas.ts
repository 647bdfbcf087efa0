import type { Delivering } from '../catch-up.ts'
import { type ReplayPlan, replayGroupOf } from '../plan.ts'
import { type ProgressParts, untilReached } from '../progress.ts'
import { Ranges } from '../ranges.ts'

export interface WatchParts extends ProgressParts {
  config: { KAFKA_GROUP_ID: string }
  signal: AbortSignal
}

/** A run whose events the replicas deliver, because the plan says so: here it is only awaited. */
export function watchReplicas(parts: WatchParts, plan: ReplayPlan): Delivering {
  const ranges = new Ranges(plan.ranges)
  const groupId = replayGroupOf(parts.config.KAFKA_GROUP_ID, plan)
  return {
    reached: () => untilReached(parts, groupId, ranges, parts.signal),
    // The replicas follow the plan itself.
    extend: (next) => ranges.extend(next),
    stop: async () => undefined,
  }
}
