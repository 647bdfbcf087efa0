import type { Config } from '../config/settings.ts'
import type { Kinds } from '../event/kinds.ts'
import { applyFilters } from '../plugin/configured-filters.ts'
import { loadPlugins, type PluginProblem } from '../plugin/load-plugins.ts'
import { defaultsFrom, type LoadedPlugin, offersSql } from '../plugin/loaded-plugin.ts'

/** Without PLUGIN_FILTERS. */
export function loadUnfiltered(specifiers: readonly string[], config: Config, kinds: Kinds) {
  return loadPlugins(specifiers, {
    kinds,
    cwd: process.cwd(),
    defaults: defaultsFrom(config),
    offersSql: offersSql(config),
  })
}

/** With PLUGIN_FILTERS, which may be for others than these unless they are all of PLUGINS. */
export async function loadFiltered(
  specifiers: readonly string[],
  { config, kinds, areAll }: { config: Config; kinds: Kinds; areAll: boolean },
): Promise<{ plugins: LoadedPlugin[]; problems: PluginProblem[] }> {
  const { plugins, problems } = await loadUnfiltered(specifiers, config, kinds)
  const context = { kinds, areAll: areAll && problems.length === 0 }
  return { plugins: applyFilters(plugins, config.PLUGIN_FILTERS, context), problems }
}
