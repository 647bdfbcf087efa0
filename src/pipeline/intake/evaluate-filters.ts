import type { WriterSchema } from '../../avro/writer-schema.ts'
import type { CompletedOutcome } from '../../event/outcome.ts'
import type { SourceRecord } from '../../event/record.ts'
import { compileFilter, type Test } from '../../filter/compile.ts'
import type { Verdict } from '../../filter/operators.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { Failure } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import type { Delivery } from '../delivery.ts'
import { Candidates } from './candidates.ts'
import { FilterRecord } from './filter-record.ts'

/** How often a filter made each decision. */
export type FilterTally = Record<FilterDecision['type'], { count: number }>

export type FilterDecision =
  | { type: 'wanted' }
  | { type: 'unwanted' }
  /** The filter threw, or returned neither true nor false. */
  | { type: 'error'; error: Failure }

/** What the filters of many plugins decide. Valid until the next record: the object is reused. */
export interface Decisions {
  /** The decision of each plugin, in the order of the plugins. */
  readonly all: readonly FilterDecision[]
  /** Where in `all` are those that are not `unwanted`, in ascending order. */
  readonly others: readonly number[]
}

type Candidate = { name: string; schema: WriterSchema | undefined }

/** Evaluates plugins' filters, one record at a time. */
export class FilterEvaluator {
  readonly #record = new FilterRecord()
  readonly #testOf = new Map<LoadedPlugin, Test>()
  /** The plugins of the last call, with the filters of each. */
  #plugins: readonly LoadedPlugin[] = []
  #names: readonly LoadedPlugin['wantsProcessEvent'][] = []
  #tests: readonly (Test | undefined)[] = []
  #candidates = new Candidates([])
  /** All are `unwanted` but the others of the last record. */
  #decisions: { all: FilterDecision[]; others: number[] } = { all: [], others: [] }

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

  /** The decisions of all these plugins. They should be the same ones in most calls. */
  evaluate(plugins: readonly LoadedPlugin[], event: Candidate, record: SourceRecord): Decisions {
    if (plugins !== this.#plugins) this.#prepare(plugins)
    const { name, schema } = event
    const names = this.#names
    const { all, others } = this.#decisions
    if (others.length > 0) {
      for (let n = 0; n < others.length; n++) all[others[n] as number] = unwanted
      // Not for every record: it takes as long as looking up a name.
      others.length = 0
    }
    const candidates = this.#candidates.of(name)
    let isPut = false
    for (let n = 0; n < candidates.length; n++) {
      const i = candidates[n] as number
      let decision = byFilter(names[i], name)
      const test = this.#tests[i]
      // After the name, because it reads more of the record.
      if (decision === wanted && test !== undefined) {
        if (!isPut) this.#record.put(name, schema, record)
        isPut = true
        decision = decisionOf(test(this.#record))
      }
      if (decision === unwanted) continue
      all[i] = decision
      others.push(i)
    }
    if (isPut) this.#record.clear()
    return this.#decisions
  }

  /** The decision of one plugin. */
  decide(plugin: LoadedPlugin, { name, schema }: Candidate, record: SourceRecord): FilterDecision {
    const named = byName(plugin, name)
    const test = this.#compiled(plugin)
    if (named !== wanted || test === undefined) return named
    this.#record.put(name, schema, record)
    const decision = decisionOf(test(this.#record))
    this.#record.clear()
    return decision
  }

  /** Evaluates a failed filter once more; undefined if it now wants the event. */
  reevaluate({ plugin, wanted: { name, schema, record } }: Delivery): CompletedOutcome | undefined {
    const decision = this.decide(plugin, { name, schema }, record)
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
    this.#tests = plugins.map((plugin) => this.#compiled(plugin))
    this.#candidates = new Candidates(plugins)
    this.#decisions = { all: plugins.map(() => unwanted), others: [] }
  }

  #compiled(plugin: LoadedPlugin): Test | undefined {
    return plugin.where && (this.#testOf.get(plugin) ?? notCompiled)
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
