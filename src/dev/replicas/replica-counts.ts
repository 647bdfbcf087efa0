import { isRedrive } from '../../topics/names.ts'
import { type Counts, NO_COUNTS } from './counts.ts'

import type { Sample } from './scrape.ts'

/** The column that a series counts in; undefined if none. */
function columnOf({ name, labels }: Sample): keyof Counts | undefined {
  if (name === 'filter_decisions_total') return labels.decision === 'wanted' ? 'wanted' : undefined
  if (name === 'delivery_retries_total') return 'retried'
  if (name !== 'deliveries_total') return undefined
  if (labels.outcome === 'processed') return 'processed'
  if (labels.outcome === 'duplicate') return 'duplicate'
  return labels.outcome === 'dead-lettered' ? 'deadLettered' : undefined
}

/** The sum over all replicas, by the plugin's slug. */
export function countsIn(samples: readonly Sample[]): Map<string, Counts> {
  const counts = new Map<string, Counts>()
  for (const sample of samples) {
    const column = columnOf(sample)
    const { plugin } = sample.labels
    if (column === undefined || plugin === undefined) continue
    const count = counts.get(plugin) ?? { ...NO_COUNTS }
    count[column] += sample.value
    counts.set(plugin, count)
  }
  return counts
}

/** Unaccounted deliveries. Absolute values are added, so that replicas can't cancel each other out. */
export function unaccountedIn(samples: readonly Sample[]): number {
  return samples
    .filter(({ name }) => name === 'unaccounted_deliveries')
    .reduce((sum, { value }) => sum + Math.abs(value), 0)
}

/**
 * The partitions of input topics that a replica owns, as `topic/partition`, taken from its lag
 * metric. Partitions of redrive topics are assigned together with them.
 */
export function partitionsIn(samples: readonly Sample[]): string[] {
  return samples
    .filter(
      ({ name, labels }) => name === 'consumer_lag' && !isRedrive({ topic: labels.topic ?? '' }),
    )
    .map(({ labels }) => `${labels.topic}/${labels.partition}`)
}
