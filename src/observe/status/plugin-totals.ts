import type { DeliveryCounts } from '../../status/status-record.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { Metrics } from '../metrics.ts'

/** Everything that is counted of a plugin, since the replica started. */
export interface PluginTotals extends DeliveryCounts {
  /** Calls of the handler by duration: upper bounds in seconds, and the calls up to each. */
  calls: Map<number, number>
}

const OUTCOMES: Record<string, keyof DeliveryCounts> = {
  processed: 'processed',
  skipped: 'skipped',
  rejected: 'rejected',
  duplicate: 'duplicate',
  'dead-lettered': 'deadLettered',
  abandoned: 'abandoned',
}

export const NO_DELIVERIES: DeliveryCounts = {
  processed: 0,
  skipped: 0,
  rejected: 0,
  duplicate: 0,
  deadLettered: 0,
  abandoned: 0,
  retries: 0,
}

/** Reads the metrics, as a scrape does: nothing is counted a second time for it. */
export async function pluginTotals(metrics: Metrics): Promise<Map<string, PluginTotals>> {
  const totals = new Map<string, PluginTotals>()
  const of = (plugin: unknown) =>
    getOrInsert(totals, String(plugin), () => ({ ...NO_DELIVERIES, calls: new Map() }))
  const [deliveries, retries, durations] = await Promise.all([
    metrics.deliveries.get(),
    metrics.deliveryRetries.get(),
    metrics.handlerDuration.get(),
  ])
  for (const { labels, value } of deliveries.values) {
    const outcome = OUTCOMES[String(labels.outcome)]
    if (outcome !== undefined) of(labels.plugin)[outcome] += value
  }
  for (const { labels, value } of retries.values) of(labels.plugin).retries += value
  for (const { labels, value } of durations.values) {
    if ('le' in labels) of(labels.plugin).calls.set(boundOf(labels.le), value)
  }
  return totals
}

function boundOf(le: unknown): number {
  return le === '+Inf' ? Infinity : Number(le)
}
