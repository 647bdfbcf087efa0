import { allOf } from '../filter/filter.ts'
import { readFilter } from '../filter/read-filter.ts'
import { nearest } from '../util/did-you-mean.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { whereProblems } from './check-plugin.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/** Filters that were configured, by the slugs of the plugins that they are for. */
export type ConfiguredFilters = Readonly<Record<string, unknown>>

/**
 * Narrows plugins to what their configured filters match as well. Throws CONFIG_INVALID naming each
 * filter that is none, such as `PLUGIN_FILTERS: cold-chain: data.to.nam: no field of ..., did you mean
 * data.to.name?`. `areAll`: a filter for a plugin that is not among them is wrong too.
 */
export function applyFilters(
  plugins: readonly LoadedPlugin[],
  filters: ConfiguredFilters = {},
  { areAll }: { areAll: boolean },
): LoadedPlugin[] {
  const problems = [
    ...(areAll ? strangers(plugins, filters) : []),
    ...plugins.flatMap((plugin) => problemsOf(plugin, filters)),
  ]
  if (problems.length === 0) return plugins.map((plugin) => narrowed(plugin, filters))
  throw new InventoryEventsError('CONFIG_INVALID', `PLUGIN_FILTERS: ${problems.join('; ')}`)
}

function strangers(plugins: readonly LoadedPlugin[], filters: ConfiguredFilters): string[] {
  const slugs = plugins.map(({ slug }) => slug)
  const strange = Object.keys(filters).filter((slug) => !slugs.includes(slug))
  return strange.map((slug) => {
    const meant = nearest(slug, slugs)
    return `${slug}: no such plugin${meant === undefined ? '' : `, did you mean ${meant}?`}`
  })
}

function problemsOf({ slug, wantsProcessEvent }: LoadedPlugin, filters: ConfiguredFilters) {
  return Object.hasOwn(filters, slug) ? whereProblems(filters[slug], slug, wantsProcessEvent) : []
}

function narrowed(plugin: LoadedPlugin, filters: ConfiguredFilters): LoadedPlugin {
  if (!Object.hasOwn(filters, plugin.slug)) return plugin
  const { filter } = readFilter(filters[plugin.slug], plugin.slug)
  return Object.freeze({ ...plugin, where: allOf([plugin.where, filter]) })
}
