import type { Event } from '../event/event.ts'
import { reevaluated } from '../explain/plugin.ts'
import { type FilterDecision, FilterEvaluator } from '../pipeline/intake/evaluate-filters.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { contentFor, type LazyEvent } from './lazy-event.ts'
import { exampleOf, type Tallied, Tally } from './tally.ts'

/** Events by filter decision. Matched and unmatched are grouped by event name, errors by message. */
export interface FilterReport {
  matched: Tallied
  unmatched: Tallied
  errors: Tallied
  /** CPU time of evaluation alone, without reading and peeking; null if no event was evaluated. */
  cost: { events: number; nsPerEvent: number } | null
}

export interface TrialOptions {
  examplesMax: number
  /** The CPU time of this process so far, in microseconds. */
  cpuMicros(): number
  /** What examples show of their event; nothing unless set. */
  contentOf?: (event: Event) => unknown
}

/** Evaluates the filters of one plugin, and counts decisions and CPU time. */
export class FilterTrial {
  readonly #plugin: LoadedPlugin
  readonly #filters: FilterEvaluator
  readonly #matched: Tally
  readonly #unmatched: Tally
  readonly #errors: Tally
  readonly #cpuMicros: () => number
  readonly #contentOf: TrialOptions['contentOf']
  /** V8 compiles the filters during the first batch, so it counts only if there is no other. */
  #warmUp = { events: 0, micros: 0 }
  #warm = { events: 0, micros: 0 }

  constructor(plugin: LoadedPlugin, { examplesMax, cpuMicros, contentOf }: TrialOptions) {
    this.#plugin = plugin
    this.#filters = new FilterEvaluator([plugin])
    this.#matched = new Tally(examplesMax)
    this.#unmatched = new Tally(examplesMax)
    this.#errors = new Tally(examplesMax)
    this.#cpuMicros = cpuMicros
    this.#contentOf = contentOf
  }

  get matchedCount(): number {
    return this.#matched.count
  }

  /** Evaluates many events at once, because a single evaluation is too fast to measure. */
  evaluate(events: readonly LazyEvent[]): FilterDecision[] {
    const decisions = new Array<FilterDecision>(events.length)
    const startedMicros = this.#cpuMicros()
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as LazyEvent
      decisions[i] = this.#filters.decide(this.#plugin, event, event.record)
    }
    this.#spent(events.length, this.#cpuMicros() - startedMicros)
    return decisions
  }

  count(event: LazyEvent, decision: FilterDecision): void {
    const { record, name } = event
    const example = (why?: string) =>
      exampleOf(record, {
        ...{ name, id: event.id, content: contentFor(event, this.#contentOf) },
        ...(why !== undefined && { why }),
      })
    switch (decision.type) {
      case 'wanted':
        this.#matched.add(name, example)
        break
      case 'unwanted':
        this.#unmatched.add(name, example)
        break
      case 'error':
        this.#errors.add(decision.error.message, () => example(this.#why(event)))
    }
  }

  report(): FilterReport {
    const { events, micros } = this.#warm.events > 0 ? this.#warm : this.#warmUp
    return {
      matched: this.#matched.report(),
      unmatched: this.#unmatched.report(),
      errors: this.#errors.report(),
      cost: events === 0 ? null : { events, nsPerEvent: Math.round((1_000 * micros) / events) },
    }
  }

  #spent(events: number, micros: number): void {
    const spent = this.#warmUp.events === 0 ? this.#warmUp : this.#warm
    spent.events += events
    spent.micros += micros
  }

  #why({ record, name, event }: LazyEvent): string {
    return reevaluated(this.#plugin, record, { name, event }).why
  }
}
