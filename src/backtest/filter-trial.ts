import { reevaluated } from '../explain/plugin.ts'
import { type FilterDecision, FilterEvaluator } from '../pipeline/intake/evaluate-filters.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { LazyEvent } from './lazy-event.ts'
import { exampleOf, type Tallied, Tally } from './tally.ts'

/** What a plugin's filters said. Matched and unmatched are by the event's name, errors by message. */
export interface FilterReport {
  matched: Tallied
  unmatched: Tallied
  errors: Tallied
  /** What asking cost: CPU of this process, without reading and peeking; null if nobody was asked. */
  cost: { events: number; nsPerEvent: number } | null
}

export interface TrialOptions {
  examplesMax: number
  /** What this process has used of the CPU, in microseconds. */
  cpuMicros(): number
}

/** Asks the filters of one plugin, and counts what they say and what that costs. */
export class FilterTrial {
  readonly #plugin: LoadedPlugin
  readonly #ask: FilterEvaluator
  readonly #matched: Tally
  readonly #unmatched: Tally
  readonly #errors: Tally
  readonly #cpuMicros: () => number
  /** The engine compiles the filters during the first events, so those count only without others. */
  #warmUp = { events: 0, micros: 0 }
  #warm = { events: 0, micros: 0 }

  constructor(plugin: LoadedPlugin, { examplesMax, cpuMicros }: TrialOptions) {
    this.#plugin = plugin
    this.#ask = new FilterEvaluator([plugin])
    this.#matched = new Tally(examplesMax)
    this.#unmatched = new Tally(examplesMax)
    this.#errors = new Tally(examplesMax)
    this.#cpuMicros = cpuMicros
  }

  get matchedCount(): number {
    return this.#matched.count
  }

  /** Many at once, because a single answer is too quick to be measured. */
  ask(events: readonly LazyEvent[]): FilterDecision[] {
    const plugins = [this.#plugin]
    const one: FilterDecision[] = []
    const decisions = new Array<FilterDecision>(events.length)
    const startedMicros = this.#cpuMicros()
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as LazyEvent
      this.#ask.evaluate(plugins, event, event.record, one)
      decisions[i] = one[0] as FilterDecision
    }
    this.#spent(events.length, this.#cpuMicros() - startedMicros)
    return decisions
  }

  count(asked: LazyEvent, decision: FilterDecision): void {
    const { record, name } = asked
    const example = (why?: string) =>
      exampleOf(record, { name, id: asked.id, ...(why !== undefined && { why }) })
    switch (decision.type) {
      case 'wanted':
        this.#matched.add(name, example)
        break
      case 'unwanted':
        this.#unmatched.add(name, example)
        break
      case 'error':
        this.#errors.add(decision.error, () => example(this.#why(asked)))
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
