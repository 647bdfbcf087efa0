import { readFileSync } from 'node:fs'
import { INVENTREE_EVENTS } from '../../event/inventree-events.ts'
import { type Kinds, kindNames } from '../../event/kinds.ts'
import { fieldsOf } from '../../filter/filter.ts'
import { acceptedNames, failingNames, misspelledNames } from '../../plugin/known-names.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import type { LoadedBatch, LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { RetryPlan } from '../../plugin/retry-plan.ts'
import type { ReadPlugin } from '../../plugin/settings/apply-settings.ts'
import { counted } from '../../util/text/counted.ts'
import { foreignText } from '../../util/text/foreign-text.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { print, printError } from '../shared/output.ts'
import { settingsHere } from '../shared/settings-here.ts'
import { stateText } from './state-text.ts'

export interface CheckOptions {
  allowUnknownKinds?: true
}

/** Prints the options of each valid plugin and the problems of the others. Exits the process. */
export async function checkPlugins(named: string[], options: CheckOptions): Promise<void> {
  const loaded = await loadNamedOrConfigured(named, process.env)
  const { kinds, plugins } = loaded
  const settings = await settingsHere(loaded, named, process.env)
  const problems = [...loaded.problems, ...settings.problems]
  const mistyped = options.allowUnknownKinds
    ? []
    : plugins.flatMap((plugin) => mistypedIn(kinds, plugin))
  const bad = new Set([...problems, ...mistyped].map(({ slug }) => slug))
  for (const plugin of plugins) {
    if (!bad.has(plugin.slug)) print(describe(kinds, plugin, settings.of(plugin.slug)))
  }
  for (const problem of [...problems, ...mistyped]) {
    printError(describeProblem(problem))
  }
  for (const line of settings.unknown) printError(line)
  const count = problems.length + mistyped.length + settings.unknown.length
  // A plugin may have opened handles that would keep the process alive.
  process.exit(count > 0 ? 1 : 0)
}

/** The names that a plugin's filters accept in place of known ones. */
function mistypedIn(kinds: Kinds, plugin: LoadedPlugin) {
  const { file, slug, where } = plugin
  // Filters of PLUGIN_FILTERS are not in the file.
  const source = `${readFileSync(file, 'utf8')}\n${JSON.stringify(where ?? null)}`
  return misspelledNames(kinds, plugin, source).map(({ name, meant }) => {
    const reason = `${JSON.stringify(name)} is unknown, did you mean ${meant}? --allow-unknown-kinds accepts it`
    return { file, slug, reason }
  })
}

const STARTS = {
  committed: 'the committed offsets',
  now: 'now, if it is new to its group',
}

function describe(kinds: Kinds, plugin: LoadedPlugin, settings: ReadPlugin | undefined): string {
  const { retry, timeoutMs, concurrency, batch, onExhausted, startFrom, state } = plugin
  const fields = plugin.where === undefined ? [] : fieldsOf(plugin.where).map(({ text }) => text)
  const byFields = fields.length === 0 ? '' : `, filtered by ${[...new Set(fields)].join(', ')}`
  return [
    `${plugin.slug}: ok (${plugin.file})`,
    `  title        ${foreignText(plugin.title)}`,
    `  wants        ${byName(plugin)}${byFields}`,
    `  kinds        ${acceptedOf(plugin, kindNames(kinds), 'inventory kinds')}`,
    `  InvenTree    ${acceptedOf(plugin, INVENTREE_EVENTS, 'specific events')}`,
    ...failures(kinds, plugin),
    `  attempts     ${retry.maxAttempts}, ${delaysOf(retry)} ms, then ${onExhausted}`,
    `  time limit   ${timeoutMs} ms`,
    `  concurrency  ${concurrency}`,
    ...(batch === undefined ? [] : [`  batches      ${batchesOf(batch)}`]),
    `  starts from  ${STARTS[startFrom]}`,
    ...(state === undefined ? [] : [`  state        ${stateText(state)}`]),
    ...(settings === undefined ? [] : [`  settings     ${settingsOf(settings)}`]),
  ].join('\n')
}

function batchesOf({ maxEvents, maxWaitMs }: LoadedBatch): string {
  return `of up to ${counted(maxEvents, 'event')}, which wait for others up to ${maxWaitMs} ms`
}

function delaysOf(retry: RetryPlan): string {
  if (retry.delaysMs !== undefined) return `delays of ${retry.delaysMs.join(', ')}`
  return `delays from ${retry.initialDelayMs} to ${retry.maxDelayMs}`
}

function byName({ wants, wantsProcessEvent }: LoadedPlugin): string {
  if (wants !== undefined) return foreignText(wants.join(', '))
  return wantsProcessEvent === undefined ? 'every event' : 'events that wantsProcessEvent accepts'
}

function settingsOf({ isGiven, settings }: ReadPlugin): string {
  const names = settings.rows.map(({ name, isSecret }) => (isSecret ? `${name} (secret)` : name))
  const text = foreignText(names.join(', '))
  return isGiven ? text : `${text}; none are given here, so they are not checked`
}

function acceptedOf(plugin: LoadedPlugin, names: readonly string[], what: string): string {
  const accepted = acceptedNames(plugin, names)
  if (accepted.length === names.length) return `all ${names.length} ${what}`
  return accepted.length === 0 ? `none of the ${what}` : accepted.join(', ')
}

function failures(kinds: Kinds, plugin: LoadedPlugin): string[] {
  return failingNames(kinds, plugin).map(
    ({ name, error }) => `  fails for    ${name}: ${foreignText(error)}`,
  )
}
