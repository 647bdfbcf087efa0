import { nearest } from '../config/near-miss.ts'
import { allOf } from '../filter/filter.ts'
import { readFilter } from '../filter/read-filter.ts'
import { whereProblems } from './check-plugin.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/** Filters that were configured, by the slugs of the plugins that they are for. */
export type ConfiguredFilters = Readonly<Record<string, unknown>>

/**
 * Narrows plugins to what configured filters match as well. A filter that is no filter, or is for no
 * plugin, is a problem: `cold-chain: data.to.nam: no field of ..., did you mean data.to.name?`.
 */
export function applyFilters(
  plugins: readonly LoadedPlugin[],
  filters: ConfiguredFilters,
): { plugins: LoadedPlugin[]; problems: string[] } {
  const slugs = plugins.map(({ slug }) => slug)
  const strange = Object.keys(filters).filter((slug) => !slugs.includes(slug))
  const problems = [
    ...strange.map((slug) => `${slug}: no such plugin, did you mean ${nearest(slug, slugs)}?`),
    ...plugins.flatMap((plugin) => problemsOf(plugin, filters)),
  ]
  return { plugins: plugins.map((plugin) => narrowed(plugin, filters)), problems }
}

function problemsOf({ slug, wantsProcessEvent }: LoadedPlugin, filters: ConfiguredFilters) {
  return Object.hasOwn(filters, slug) ? whereProblems(filters[slug], slug, wantsProcessEvent) : []
}

function narrowed(plugin: LoadedPlugin, filters: ConfiguredFilters): LoadedPlugin {
  if (!Object.hasOwn(filters, plugin.slug)) return plugin
  const { filter } = readFilter(filters[plugin.slug], plugin.slug)
  return Object.freeze({ ...plugin, where: allOf([plugin.where, filter]) })
}
