import type { DeliveryCounts, RecentCounts } from '../../status/status-record.ts'
import { NO_DELIVERIES, type PluginTotals } from './plugin-totals.ts'

/** What was counted between two readings. */
export function difference(
  now: DeliveryCounts,
  before: DeliveryCounts = NO_DELIVERIES,
): DeliveryCounts {
  const names = Object.keys(NO_DELIVERIES) as (keyof DeliveryCounts)[]
  const counts = { ...NO_DELIVERIES }
  for (const name of names) counts[name] = now[name] - before[name]
  return counts
}

/** The same with the durations of the calls in between. */
export function recentCounts(
  now: PluginTotals,
  before: PluginTotals | undefined,
  overMs: number,
): RecentCounts {
  const calls = [...now.calls].map(([bound, count]): [number, number] => [
    bound,
    count - (before?.calls.get(bound) ?? 0),
  ])
  const msOf = (share: number) => {
    const seconds = quantile(calls, share)
    return seconds === null ? null : Math.round(seconds * 10_000) / 10
  }
  return { ...difference(now, before), overMs, p50Ms: msOf(0.5), p99Ms: msOf(0.99) }
}

/** As Prometheus estimates it from cumulative buckets; the last bound for what is above all bounds. */
function quantile(buckets: readonly [bound: number, count: number][], share: number) {
  const total = buckets.at(-1)?.[1] ?? 0
  if (total === 0) return null
  const rank = share * total
  let [lower, below] = [0, 0]
  for (const [bound, count] of buckets) {
    if (count >= rank && count > below) {
      if (bound === Infinity) return lower
      return lower + ((bound - lower) * (rank - below)) / (count - below)
    }
    ;[lower, below] = [bound, count]
  }
  return lower
}
