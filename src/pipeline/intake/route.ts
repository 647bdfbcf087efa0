import { redrivenOf } from '../../dead-letter/redrive.ts'
import type { SkipCause } from '../../event/outcome.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { isRedrive } from '../../topics/names.ts'
import type { Recipient } from '../delivery.ts'
import type { PipelineReports } from '../reports.ts'
import type { Decisions, FilterDecision, FilterEvaluator, FilterTally } from './evaluate-filters.ts'
import type { Peek } from './peek.ts'
import { createStartFilter, type StartOffsets } from './start-offsets.ts'

/** Valid until the next record is routed: the object is reused. */
export interface Route {
  /** The plugins whose filters were evaluated; empty if none was. */
  evaluated: readonly LoadedPlugin[]
  /** The decision of each evaluated plugin, in the same order. */
  decisions: Decisions
  tallies: Tallies
  recipients: readonly Recipient[]
  /** The counters of the plugins that skip the record. */
  skipped: readonly Counter[]
  /** The plugins that skip it because they, or events, are switched off. */
  off: readonly string[]
}

interface RouteSwitches {
  /** Why the plugin's events are skipped; undefined while they are not. */
  skipCauseOf(slug: string): SkipCause | undefined
  startOf(slug: string): { readonly offsets: StartOffsets } | undefined
  isSuccessorOf(groupId: string, slug: string): boolean
}

/**
 * Finds the plugins that want a record. A tombstone has no recipients; an undecodable record goes to
 * `*`. For a record addressed to one plugin, the other filters are not evaluated, nor are those of
 * plugins that are switched off or start at a higher offset: these skip the record.
 */
export function createRoute(
  plugins: readonly LoadedPlugin[],
  filters: FilterEvaluator,
  switches: RouteSwitches,
  {
    filterTallyOf: tallyOf,
    unwantedTallyOf,
    skipTallyOf,
  }: Pick<PipelineReports, 'filterTallyOf' | 'unwantedTallyOf' | 'skipTallyOf'>,
) {
  const routed = { ...noRecipients }
  const all = plugins.filter(({ slug }) => switches.skipCauseOf(slug) === undefined)
  const off = plugins.flatMap((plugin) => {
    const cause = switches.skipCauseOf(plugin.slug)
    return cause === undefined ? [] : [{ plugin, counter: skipTallyOf(plugin, cause) }]
  })
  const offCounters = off.map(({ counter }) => counter)
  const offSlugs = off.map(({ plugin }) => plugin.slug)
  const started = createStartFilter(all, (slug) => switches.startOf(slug)?.offsets)
  const allTallies = { each: all.map(tallyOf), unwanted: unwantedTallyOf(all) }

  function skippedBy(evaluated: readonly LoadedPlugin[], receiver: string): readonly Counter[] {
    if (evaluated === all) return offCounters
    if (receiver !== everyPlugin.slug) {
      return off.filter(({ plugin }) => plugin.slug === receiver).map(({ counter }) => counter)
    }
    const notStarted = all.filter((plugin) => !evaluated.includes(plugin))
    return [...offCounters, ...notStarted.map((plugin) => skipTallyOf(plugin, 'before-start'))]
  }

  return function route(
    peeked: Exclude<Peek, { type: 'obstacle' }>,
    record: SourceRecord,
    receiver: string = everyPlugin.slug,
  ): Route {
    if (peeked.type === 'tombstone') return noRecipients
    const isForAll = receiver === everyPlugin.slug
    const evaluated = isForAll ? started(record) : all.filter(({ slug }) => slug === receiver)
    const skipped = skippedBy(evaluated, receiver)
    const offHere = isForAll ? offSlugs : offSlugs.filter((slug) => slug === receiver)
    if (evaluated.length === 0) return { ...noRecipients, skipped, off: offHere }
    if (peeked.type === 'undecodable') return isForAll ? toEveryPlugin : toAll(evaluated)
    const decisions = filters.evaluate(evaluated, peeked, record)
    routed.evaluated = evaluated
    routed.decisions = decisions
    routed.tallies = evaluated === all ? allTallies : { each: evaluated.map(tallyOf) }
    routed.recipients = recipientsOf(evaluated, decisions)
    routed.skipped = skipped
    routed.off = offHere
    return routed
  }
}

/** Counts each filter's decision, and each skip. Called once the record is accepted. */
export function tally({ decisions, tallies, recipients, skipped }: Route): void {
  for (let i = 0; i < skipped.length; i++) (skipped[i] as Counter).count += 1
  const { each, unwanted } = tallies
  if (recipients.length === 0 && unwanted !== undefined) {
    unwanted.count += 1
    return
  }
  for (let i = 0; i < each.length; i++) {
    const { type } = decisions.all[i] as FilterDecision
    ;(each[i] as FilterTally)[type].count += 1
  }
}

/** Counters of decisions. */
interface Tallies {
  /** Of each plugin, in their order. */
  each: readonly FilterTally[]
  /** Counts `unwanted` for all of them at once: almost all records need only this one. */
  unwanted?: Counter
}

type Counter = FilterTally['unwanted']

function recipientsOf(
  plugins: readonly LoadedPlugin[],
  { all, others }: Decisions,
): readonly Recipient[] {
  if (others.length === 0) return noRecipients.recipients
  return others.map((i) => ({
    plugin: plugins[i] as LoadedPlugin,
    filterFailed: all[i]?.type === 'error',
  }))
}

/** Stands for all plugins if a record's name cannot be read, so that no filter can be evaluated. */
export const everyPlugin: LoadedPlugin = {
  slug: '*',
  title: 'every plugin',
  file: '',
  wants: undefined,
  wantsProcessEvent: undefined,
  where: undefined,
  processEvent() {
    throw new Error('an undecodable record has no event to handle')
  },
  batch: undefined,
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  timeoutMs: 1,
  concurrency: 16,
  maxPerSecond: undefined,
  onExhausted: 'dead-letter',
  startFrom: 'committed',
  sql: false,
  state: undefined,
  settingsSchema: undefined,
  secrets: [],
  settings: undefined,
  secretTexts: [],
  start: undefined,
  stop: undefined,
  health: undefined,
}

/** The receiver of a redriven record of another group. No plugin has this slug. */
const noPlugin = ''

/** The slug of the only plugin that a redriven record is for; `*` for records of input topics. */
export function receiverOf(
  record: SourceRecord,
  groupId: string,
  switches: Pick<RouteSwitches, 'isSuccessorOf'>,
): string {
  if (!isRedrive(record)) return everyPlugin.slug
  const redriven = redrivenOf(record)
  if (redriven === undefined) return noPlugin
  const isOwn =
    redriven.groupId === groupId || switches.isSuccessorOf(redriven.groupId, redriven.plugin)
  return isOwn ? redriven.plugin : noPlugin
}

const noTallies: Tallies = { each: [] }
const noRecipients: Route = {
  evaluated: [],
  decisions: { all: [], others: [] },
  tallies: noTallies,
  recipients: [],
  skipped: [],
  off: [],
}
const toEveryPlugin = toAll([everyPlugin])

function toAll(plugins: readonly LoadedPlugin[]): Route {
  const recipients = plugins.map((plugin) => ({ plugin, filterFailed: false }))
  return { ...noRecipients, recipients }
}
