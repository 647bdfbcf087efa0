import type { WriterSchema } from '../../avro/writer-schema.ts'
import type { CompletedOutcome } from '../../event/outcome.ts'
import type { SourceRecord } from '../../event/record.ts'
import { compileFilter, type Test } from '../../filter/compile.ts'
import type { Verdict } from '../../filter/operators.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { messageOf } from '../../util/errors.ts'
import type { Delivery } from '../delivery.ts'
import { FilterRecord } from './filter-record.ts'

/** How often a filter decided how. */
export type FilterTally = Record<FilterDecision['type'], { count: number }>

export type FilterDecision =
  | { type: 'wanted' }
  | { type: 'unwanted' }
  /** The filter threw, or answered neither true nor false. */
  | { type: 'error'; error: string }

/** Asks plugins' filters about records, one record after the other. */
export class FilterEvaluator {
  readonly #subject = new FilterRecord()
  readonly #testOf = new Map<LoadedPlugin, Test>()
  /** Those who were asked last, and what to ask of each. */
  #plugins: readonly LoadedPlugin[] = []
  #names: readonly LoadedPlugin['wantsProcessEvent'][] = []
  #tests: readonly (Test | undefined)[] = []

  /** What any of their filters names is read of a record at once, for all of them. */
  constructor(plugins: readonly LoadedPlugin[]) {
    for (const plugin of plugins) {
      if (plugin.where === undefined) continue
      this.#testOf.set(
        plugin,
        compileFilter(plugin.where, (path) => this.#subject.slotOf(path)),
      )
    }
  }

  /** Each plugin's decision on a record, put in their order; answers how many are not `unwanted`. */
  evaluate(
    plugins: readonly LoadedPlugin[],
    event: { name: string; schema: WriterSchema | undefined },
    record: SourceRecord,
    decisions: FilterDecision[],
  ): number {
    if (plugins !== this.#plugins) this.#prepare(plugins)
    const { name, schema } = event
    const names = this.#names
    let others = 0
    this.#subject.put(name, schema, record)
    for (let i = 0; i < names.length; i++) {
      let decision = byFilter(names[i], name)
      if (decision === wanted) decision = this.#byFields(i)
      if (decision !== unwanted) others += 1
      decisions[i] = decision
    }
    this.#subject.clear()
    return others
  }

  /** Asks a filter that failed once more; undefined if it wants the event now. */
  reevaluate({ plugin, wanted: { name, schema, record } }: Delivery): CompletedOutcome | undefined {
    const decisions: FilterDecision[] = []
    this.evaluate([plugin], { name, schema }, record, decisions)
    const decision = decisions[0] as FilterDecision
    switch (decision.type) {
      case 'wanted':
        return undefined
      case 'unwanted':
        return { type: 'skipped', why: 'its filter failed first and then did not want it' }
      case 'error':
        return { type: 'dead-lettered', reason: 'filter', error: decision.error }
    }
  }

  /** Filters side by side: with many plugins most of the time would go into getting at each. */
  #prepare(plugins: readonly LoadedPlugin[]): void {
    this.#plugins = plugins
    this.#names = plugins.map(({ wantsProcessEvent }) => wantsProcessEvent)
    this.#tests = plugins.map((plugin) => plugin.where && (this.#testOf.get(plugin) ?? notCompiled))
  }

  /** After the name, because it reads more of the record. */
  #byFields(i: number): FilterDecision {
    const test = this.#tests[i]
    return test === undefined ? wanted : decisionOf(test(this.#subject))
  }
}

/**
 * Asks a plugin's filter by name, inline. Whatever it throws is that plugin's own affair, and so is
 * an answer that is no answer: a filter made `async` by mistake would want every event.
 */
export function byName(
  { wantsProcessEvent }: Pick<LoadedPlugin, 'wantsProcessEvent'>,
  name: string,
): FilterDecision {
  return byFilter(wantsProcessEvent, name)
}

function byFilter(filter: LoadedPlugin['wantsProcessEvent'], name: string): FilterDecision {
  if (filter === undefined) return wanted
  try {
    const answer: unknown = filter(name)
    if (answer === true) return wanted
    if (answer === false) return unwanted
    return failed(`wantsProcessEvent: expected true or false, got ${kind(answer)}`)
  } catch (error) {
    return failed(`wantsProcessEvent: ${messageOf(error)}`)
  }
}

function decisionOf(verdict: Verdict): FilterDecision {
  if (verdict === true) return wanted
  if (verdict === false) return unwanted
  return failed(`where: ${verdict.error}`)
}

const notCompiled: Test = () => ({ error: 'it was not compiled' })

const wanted: FilterDecision = { type: 'wanted' }
const unwanted: FilterDecision = { type: 'unwanted' }

function failed(error: string): FilterDecision {
  return { type: 'error', error }
}

function kind(answer: unknown): string {
  if (answer instanceof Promise) return 'a promise (it must not be async)'
  return answer === null ? 'null' : typeof answer
}

/** For those who don't look at the counts. */
export function countNothing(): FilterTally {
  return { wanted: { count: 0 }, unwanted: { count: 0 }, error: { count: 0 } }
}
