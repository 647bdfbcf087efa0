import type { WriterSchema } from '../../avro/writer-schema.ts'
import type { CompletedOutcome } from '../../event/outcome.ts'
import type { SourceRecord } from '../../event/record.ts'
import { compileFilter, type Test } from '../../filter/compile.ts'
import type { Verdict } from '../../filter/operators.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { Failure } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import type { Delivery } from '../delivery.ts'
import { FilterRecord } from './filter-record.ts'

/** How often a filter made each decision. */
export type FilterTally = Record<FilterDecision['type'], { count: number }>

export type FilterDecision =
  | { type: 'wanted' }
  | { type: 'unwanted' }
  /** The filter threw, or returned neither true nor false. */
  | { type: 'error'; error: Failure }

/** Evaluates plugins' filters, one record at a time. */
export class FilterEvaluator {
  readonly #record = new FilterRecord()
  readonly #testOf = new Map<LoadedPlugin, Test>()
  /** The plugins of the last call, with the filters of each. */
  #plugins: readonly LoadedPlugin[] = []
  #names: readonly LoadedPlugin['wantsProcessEvent'][] = []
  #tests: readonly (Test | undefined)[] = []

  /** The fields that any of the filters names are read from a record together, in one pass. */
  constructor(plugins: readonly LoadedPlugin[]) {
    for (const plugin of plugins) {
      if (plugin.where === undefined) continue
      this.#testOf.set(
        plugin,
        compileFilter(plugin.where, (path) => this.#record.slotOf(path)),
      )
    }
  }

  /**
   * Writes each plugin's decision to `decisions`, in the order of `plugins`. Returns how many are not
   * `unwanted`.
   */
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
    this.#record.put(name, schema, record)
    for (let i = 0; i < names.length; i++) {
      let decision = byFilter(names[i], name)
      if (decision === wanted) decision = this.#byFields(i)
      if (decision !== unwanted) others += 1
      decisions[i] = decision
    }
    this.#record.clear()
    return others
  }

  /** Evaluates a failed filter once more; undefined if it now wants the event. */
  reevaluate({ plugin, wanted: { name, schema, record } }: Delivery): CompletedOutcome | undefined {
    const decisions: FilterDecision[] = []
    this.evaluate([plugin], { name, schema }, record, decisions)
    const decision = decisions[0] as FilterDecision
    switch (decision.type) {
      case 'wanted':
        return undefined
      case 'unwanted':
        return { type: 'skipped', why: 'the filter failed at first, then did not want the event' }
      case 'error':
        return { type: 'dead-lettered', reason: 'filter', error: decision.error }
    }
  }

  /** Keeps the filters in arrays: with many plugins, looking up each one would take most of the time. */
  #prepare(plugins: readonly LoadedPlugin[]): void {
    this.#plugins = plugins
    this.#names = plugins.map(({ wantsProcessEvent }) => wantsProcessEvent)
    this.#tests = plugins.map((plugin) => plugin.where && (this.#testOf.get(plugin) ?? notCompiled))
  }

  /** Evaluated after the name, because it reads more of the record. */
  #byFields(i: number): FilterDecision {
    const test = this.#tests[i]
    return test === undefined ? wanted : decisionOf(test(this.#record))
  }
}

/**
 * Evaluates a plugin's `wantsProcessEvent`. A filter that throws is a failure of that plugin only, and
 * so is a result that is not a boolean: a filter made `async` by mistake would want every event.
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
    const result: unknown = filter(name)
    if (result === true) return wanted
    if (result === false) return unwanted
    const why = `wantsProcessEvent: expected true or false, got ${typeName(result)}`
    return failed(new Failure(why))
  } catch (error) {
    return failed(failureOf(error).during('wantsProcessEvent'))
  }
}

function decisionOf(verdict: Verdict): FilterDecision {
  if (verdict === true) return wanted
  if (verdict === false) return unwanted
  return failed(new Failure(`where: ${verdict.error}`))
}

const notCompiled: Test = () => ({ error: 'the filter was not compiled' })

const wanted: FilterDecision = { type: 'wanted' }
const unwanted: FilterDecision = { type: 'unwanted' }

function failed(error: Failure): FilterDecision {
  return { type: 'error', error }
}

function typeName(value: unknown): string {
  if (value instanceof Promise) return 'a promise (it must not be async)'
  return value === null ? 'null' : typeof value
}

/** A new tally, for callers that do not use the counts. */
export function emptyTally(): FilterTally {
  return { wanted: { count: 0 }, unwanted: { count: 0 }, error: { count: 0 } }
}
