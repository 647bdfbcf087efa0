import type { CompletedOutcome, DeadLetterReason, SkipCause } from '../event/outcome.ts'
import type { OutOfRangeReason } from '../kafka/consumer/offset-reset.ts'
import type { FilterDecision } from '../pipeline/intake/evaluate-filters.ts'
import type { Metrics } from './metrics.ts'

/** The label values of a process's series. */
export interface SeriesNames {
  /** The slugs of its plugins. */
  slugs: readonly string[]
  topics: readonly string[]
  store: string
}

const DECISIONS = namesOf<FilterDecision['type']>({ wanted: 0, unwanted: 0, error: 0 })
const OUTCOMES = namesOf<CompletedOutcome['type'] | 'abandoned'>({
  processed: 0,
  skipped: 0,
  rejected: 0,
  duplicate: 0,
  'dead-lettered': 0,
  abandoned: 0,
})
const DEAD_LETTER_REASONS = namesOf<DeadLetterReason>({
  exhausted: 0,
  rejected: 0,
  conflict: 0,
  filter: 0,
  undecodable: 0,
  'too-large': 0,
  retention: 0,
})
const SKIP_CAUSES = namesOf<SkipCause>({ 'events-off': 0, disabled: 0, 'before-start': 0 })
const OUT_OF_RANGE_REASONS = namesOf<OutOfRangeReason>({
  removed: 0,
  'beyond-end': 0,
  expired: 0,
  recreated: 0,
  truncated: 0,
})

/**
 * Starts counters at 0. A series that first appears with value 1 shows no increase in Prometheus, so
 * an alert would miss the first dead letter.
 */
export function initSeries(metrics: Metrics, { slugs, topics, store }: SeriesNames): void {
  for (const plugin of slugs) startPlugin(metrics, plugin)
  metrics.deadLetters.inc({ plugin: '*', reason: 'undecodable' }, 0)
  metrics.deadLetterFailures.inc({ plugin: '*' }, 0)
  for (const topic of topics) {
    metrics.recordsConsumed.inc({ topic }, 0)
    metrics.offsetsLost.inc({ topic }, 0)
    metrics.deadLetterStubs.inc({ topic }, 0)
    for (const reason of OUT_OF_RANGE_REASONS) metrics.outOfRange.inc({ topic, reason }, 0)
  }
  for (const result of ['ok', 'failed']) metrics.commits.inc({ result }, 0)
  metrics.idempotencyFailures.inc({ store }, 0)
}

function startPlugin(metrics: Metrics, plugin: string): void {
  for (const decision of DECISIONS) metrics.filterDecisions.inc({ plugin, decision }, 0)
  for (const why of SKIP_CAUSES) metrics.eventsSkipped.inc({ plugin, why }, 0)
  for (const outcome of OUTCOMES) metrics.deliveries.inc({ plugin, outcome }, 0)
  for (const reason of DEAD_LETTER_REASONS) metrics.deadLetters.inc({ plugin, reason }, 0)
  metrics.deliveryRetries.inc({ plugin }, 0)
  metrics.deliveryDelays.inc({ plugin }, 0)
  metrics.deadLetterFailures.inc({ plugin }, 0)
  metrics.followUps.inc({ plugin }, 0)
  metrics.followUpFailures.inc({ plugin }, 0)
}

/** The members of a union; a missing one is a compile error. */
export function namesOf<Name extends string>(names: Record<Name, 0>): Name[] {
  return Object.keys(names) as Name[]
}
