import type { SourceRecord } from '../../event/record.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { Wanting } from '../delivery.ts'
import type { FilterDecision, FilterEvaluator, FilterTally } from './evaluate-filters.ts'
import type { Peek } from './peek.ts'
import { createStartFilter, type StartOffsets } from './start-offsets.ts'

/** Holds until the next record is routed. */
export interface Route {
  /** Who was asked; empty where nobody could be. */
  asked: readonly LoadedPlugin[]
  /** What the filter of each of them said. */
  decisions: readonly FilterDecision[]
  tallies: Tallies
  wanting: readonly Wanting[]
}

/**
 * Finds who wants a record. Records without an event are wanted by nobody or, unreadable, by `*`.
 * Of a record that is for one plugin alone, the others are not asked; nor is a plugin that starts
 * above it.
 */
export function createRoute(
  all: readonly LoadedPlugin[],
  ask: FilterEvaluator,
  startOf: (slug: string) => StartOffsets | undefined,
  tallyOf: (plugin: LoadedPlugin) => FilterTally,
) {
  const decisions: FilterDecision[] = []
  const routed = { ...unwanted, decisions }
  const started = createStartFilter(all, startOf)
  const allTallies = talliesOf(all, tallyOf)
  return function route(
    peeked: Exclude<Peek, { type: 'obstacle' }>,
    record: SourceRecord,
    receiver: string = everyPlugin.slug,
  ): Route {
    const isForAll = receiver === everyPlugin.slug
    const plugins = isForAll ? started(record) : all.filter(({ slug }) => slug === receiver)
    if (peeked.type === 'tombstone' || plugins.length === 0) return unwanted
    if (peeked.type === 'undecodable') return isForAll ? everybody : allOf(plugins)
    const wanting = ask.evaluate(plugins, peeked, record, decisions)
    routed.asked = plugins
    routed.tallies = plugins === all ? allTallies : talliesOf(plugins, tallyOf)
    routed.wanting = wanting === 0 ? unwanted.wanting : wantingOf(plugins, decisions)
    return routed
  }
}

/** Counts what each filter said of a record, once the record is taken in. */
export function tally({ decisions, tallies, wanting }: Route): void {
  const { all, unwanted } = tallies
  if (wanting.length === 0) {
    for (let i = 0; i < unwanted.length; i++) (unwanted[i] as Counter).count += 1
    return
  }
  for (let i = 0; i < all.length; i++) {
    const { type } = decisions[i] as FilterDecision
    ;(all[i] as FilterTally)[type].count += 1
  }
}

/** Where decisions are counted, in the order of the plugins. */
interface Tallies {
  all: readonly FilterTally[]
  /** Those of almost all records, side by side. */
  unwanted: readonly Counter[]
}

type Counter = FilterTally['unwanted']

function talliesOf(
  plugins: readonly LoadedPlugin[],
  tallyOf: (plugin: LoadedPlugin) => FilterTally,
): Tallies {
  const all = plugins.map(tallyOf)
  return { all, unwanted: all.map((counts) => counts.unwanted) }
}

function wantingOf(
  plugins: readonly LoadedPlugin[],
  decisions: readonly FilterDecision[],
): Wanting[] {
  const wanting: Wanting[] = []
  for (let i = 0; i < plugins.length; i++) {
    const { type } = decisions[i] as FilterDecision
    if (type === 'unwanted') continue
    wanting.push({ plugin: plugins[i] as LoadedPlugin, filterFailed: type === 'error' })
  }
  return wanting
}

/** Stands for all plugins where a record's name can't be read, so that no filter can be asked. */
export const everyPlugin: LoadedPlugin = {
  slug: '*',
  title: 'every plugin',
  file: '',
  wantsProcessEvent: undefined,
  where: undefined,
  processEvent() {
    throw new Error('an undecodable record has no event to handle')
  },
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  timeoutMs: 1,
  concurrency: 16,
  maxPerSecond: undefined,
  onExhausted: 'dead-letter',
  startFrom: 'committed',
  sql: false,
}

/** No plugin's slug: who may want a record that is for none of them. */
export const nobody = ''

const noTallies: Tallies = { all: [], unwanted: [] }
const unwanted: Route = { asked: [], decisions: [], tallies: noTallies, wanting: [] }
const everybody = allOf([everyPlugin])

function allOf(plugins: readonly LoadedPlugin[]): Route {
  const wanting = plugins.map((plugin) => ({ plugin, filterFailed: false }))
  return { asked: [], decisions: [], tallies: noTallies, wanting }
}
