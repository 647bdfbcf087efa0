import type { Kinds } from '../event/kinds.ts'
import { checkFilter } from '../filter/check-filter.ts'
import { allOf } from '../filter/filter.ts'
import { readFilter } from '../filter/read-filter.ts'
import { areKinds, matcherOf } from '../filter/wanted-names.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { nearest } from '../util/text/did-you-mean.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'
import { wantsProblems } from './wants.ts'

/** The filters in PLUGIN_FILTERS, by plugin slug. */
export type ConfiguredFilters = Readonly<Record<string, unknown>>

export interface FilterContext {
  kinds: Kinds
  /** Whether `plugins` is complete, so that a filter for any other slug is an error. */
  areAll: boolean
}

/**
 * Combines each plugin's `where` with its configured filter. Throws CONFIG_INVALID naming each invalid
 * filter, such as `PLUGIN_FILTERS: cold-chain: data.to.nam: no field of ..., did you mean
 * data.to.name?`.
 */
export function applyFilters(
  plugins: readonly LoadedPlugin[],
  filters: ConfiguredFilters = {},
  { kinds, areAll }: FilterContext,
): LoadedPlugin[] {
  const problems = filterProblems(plugins, filters, { kinds, areAll })
  if (problems.length === 0) return plugins.map((plugin) => narrowed(plugin, filters))
  throw new InventoryEventsError('CONFIG_INVALID', `PLUGIN_FILTERS: ${problems.join('; ')}`)
}

/** What `applyFilters` would refuse: `cold-chain: data.to.nam: no field of ...`. */
export function filterProblems(
  plugins: readonly LoadedPlugin[],
  filters: ConfiguredFilters = {},
  { kinds, areAll }: FilterContext,
): string[] {
  return [
    ...(areAll ? unknownSlugs(plugins, filters) : []),
    ...plugins.flatMap((plugin) => problemsOf(kinds, plugin, filters)),
  ]
}

function unknownSlugs(plugins: readonly LoadedPlugin[], filters: ConfiguredFilters): string[] {
  const slugs = plugins.map(({ slug }) => slug)
  const unknown = Object.keys(filters).filter((slug) => !slugs.includes(slug))
  return unknown.map((slug) => {
    const meant = nearest(slug, slugs)
    return `${slug}: no such plugin${meant === undefined ? '' : `, did you mean ${meant}?`}`
  })
}

function problemsOf(kinds: Kinds, plugin: LoadedPlugin, filters: ConfiguredFilters) {
  const { slug, wants, wantsProcessEvent } = plugin
  if (!Object.hasOwn(filters, slug)) return []
  return whereProblems(kinds, filters[slug], { at: slug, wants, wantsProcessEvent })
}

function narrowed(plugin: LoadedPlugin, filters: ConfiguredFilters): LoadedPlugin {
  if (!Object.hasOwn(filters, plugin.slug)) return plugin
  const { filter } = readFilter(filters[plugin.slug], plugin.slug)
  return Object.freeze({ ...plugin, where: allOf([plugin.where, filter]) })
}

type NameFilters = Pick<LoadedPlugin, 'wants' | 'wantsProcessEvent'>

/** Problems of a `where` of a plugin with these filters by name, each prefixed with `at`. */
export function whereProblems(
  kinds: Kinds,
  where: unknown,
  { at, wants, wantsProcessEvent }: NameFilters & { at: string },
): string[] {
  const { filter, problems } = readFilter(where, at)
  if (filter === undefined) return problems
  const onlyKinds = wants !== undefined && areKinds(kinds, wants)
  return checkFilter(kinds, filter, wantsProcessEvent, onlyKinds).map(
    (problem) => `${at}: ${problem}`,
  )
}

/** The filters by name of a plugin that may have problems. What is wrong decides nothing. */
export function namesOf(kinds: Kinds, value: Record<string, unknown>): NameFilters {
  const { wants, wantsProcessEvent } = value
  if (Array.isArray(wants) && wantsProblems(kinds, wants).length === 0) {
    return { wants, wantsProcessEvent: matcherOf(wants) }
  }
  const isFunction = typeof wantsProcessEvent === 'function'
  return {
    wants: undefined,
    wantsProcessEvent: isFunction ? wantsProcessEvent.bind(value) : undefined,
  }
}
