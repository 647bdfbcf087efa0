import type { SeenReplica } from '../../status/status-table.ts'

/** What all replicas, or one plugin in all of them, did in a minute. */
export interface Minute {
  minuteMs: number
  handled: number
  failed: number
  /** Null if it was not known of all partitions. */
  lag: number | null
  oldestMs: number
}

/** The last hour, oldest first; of one plugin if it is named. Minutes that nobody reported are missing. */
export function mergeMinutes(replicas: readonly SeenReplica[], slug?: string): Minute[] {
  const merged = new Map<number, Minute>()
  for (const { minuteMs, lag, oldestMs, plugins } of replicas.flatMap(({ minutes }) => minutes)) {
    const empty: Minute = { minuteMs, handled: 0, failed: 0, lag: 0, oldestMs: 0 }
    const minute = merged.get(minuteMs) ?? empty
    merged.set(minuteMs, minute)
    minute.lag = minute.lag === null || lag === null ? null : minute.lag + lag
    minute.oldestMs = Math.max(minute.oldestMs, oldestMs)
    for (const plugin of plugins) {
      if (slug !== undefined && plugin.slug !== slug) continue
      minute.handled += plugin.handled
      minute.failed += plugin.failed
    }
  }
  return [...merged.values()].sort((a, b) => a.minuteMs - b.minuteMs)
}
