import { redrivenOf } from '../../dead-letter/redrive.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { isRedrive } from '../../topics/names.ts'
import type { Recipient } from '../delivery.ts'
import type { FilterDecision, FilterEvaluator, FilterTally } from './evaluate-filters.ts'
import type { Peek } from './peek.ts'
import { createStartFilter, type StartOffsets } from './start-offsets.ts'

/** Valid until the next record is routed: the object is reused. */
export interface Route {
  /** The plugins whose filters were evaluated; empty if none was. */
  evaluated: readonly LoadedPlugin[]
  /** The decision of each evaluated plugin, in the same order. */
  decisions: readonly FilterDecision[]
  tallies: Tallies
  recipients: readonly Recipient[]
}

/**
 * Finds the plugins that want a record. A tombstone has no recipients; an undecodable record goes to
 * `*`. For a record addressed to one plugin, the other filters are not evaluated, nor are those of
 * plugins that start at a higher offset.
 */
export function createRoute(
  all: readonly LoadedPlugin[],
  filters: FilterEvaluator,
  startOf: (slug: string) => StartOffsets | undefined,
  tallyOf: (plugin: LoadedPlugin) => FilterTally,
) {
  const decisions: FilterDecision[] = []
  const routed = { ...noRecipients, decisions }
  const started = createStartFilter(all, startOf)
  const allTallies = talliesOf(all, tallyOf)
  return function route(
    peeked: Exclude<Peek, { type: 'obstacle' }>,
    record: SourceRecord,
    receiver: string = everyPlugin.slug,
  ): Route {
    const isForAll = receiver === everyPlugin.slug
    const plugins = isForAll ? started(record) : all.filter(({ slug }) => slug === receiver)
    if (peeked.type === 'tombstone' || plugins.length === 0) return noRecipients
    if (peeked.type === 'undecodable') return isForAll ? toEveryPlugin : toAll(plugins)
    const count = filters.evaluate(plugins, peeked, record, decisions)
    routed.evaluated = plugins
    routed.tallies = plugins === all ? allTallies : talliesOf(plugins, tallyOf)
    routed.recipients = count === 0 ? noRecipients.recipients : recipientsOf(plugins, decisions)
    return routed
  }
}

/** Counts each filter's decision. Called once the record is accepted. */
export function tally({ decisions, tallies, recipients }: Route): void {
  const { all, unwanted } = tallies
  if (recipients.length === 0) {
    for (let i = 0; i < unwanted.length; i++) (unwanted[i] as Counter).count += 1
    return
  }
  for (let i = 0; i < all.length; i++) {
    const { type } = decisions[i] as FilterDecision
    ;(all[i] as FilterTally)[type].count += 1
  }
}

/** Counters of decisions, in the order of the plugins. */
interface Tallies {
  all: readonly FilterTally[]
  /** The `unwanted` counters in an array of their own: almost all records need only these. */
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

function recipientsOf(
  plugins: readonly LoadedPlugin[],
  decisions: readonly FilterDecision[],
): Recipient[] {
  const recipients: Recipient[] = []
  for (let i = 0; i < plugins.length; i++) {
    const { type } = decisions[i] as FilterDecision
    if (type === 'unwanted') continue
    recipients.push({ plugin: plugins[i] as LoadedPlugin, filterFailed: type === 'error' })
  }
  return recipients
}

/** Stands for all plugins if a record's name cannot be read, so that no filter can be evaluated. */
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

/** The receiver of a redriven record of another group. No plugin has this slug. */
const noPlugin = ''

/** The slug of the only plugin that a redriven record is for; `*` for records of input topics. */
export function receiverOf(record: SourceRecord, groupId: string): string {
  if (!isRedrive(record)) return everyPlugin.slug
  const redriven = redrivenOf(record)
  return redriven?.groupId === groupId ? redriven.plugin : noPlugin
}

const noTallies: Tallies = { all: [], unwanted: [] }
const noRecipients: Route = { evaluated: [], decisions: [], tallies: noTallies, recipients: [] }
const toEveryPlugin = toAll([everyPlugin])

function toAll(plugins: readonly LoadedPlugin[]): Route {
  const recipients = plugins.map((plugin) => ({ plugin, filterFailed: false }))
  return { evaluated: [], decisions: [], tallies: noTallies, recipients }
}
