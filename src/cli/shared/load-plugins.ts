import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Environment } from '../../config/read-settings.ts'
import type { Config } from '../../config/settings.ts'
import type { Kinds } from '../../event/kinds.ts'
import { loadFiltered, loadUnfiltered } from '../../operate/load-plugins.ts'
import { applyFilters, filterProblems } from '../../plugin/configured-filters.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { applySettings, unknownSlugs } from '../../plugin/settings/apply-settings.ts'
import { InventoryEventsError } from '../../util/errors.ts'

/** Loads the named plugins or, if none are named, those of PLUGINS. Throws USAGE without either. */
export async function loadNamedOrConfigured(named: readonly string[], env: Environment) {
  const config = loadConfig(env)
  const { kinds } = loadContract(config.EVENT_SCHEMAS)
  const specifiers = named.length > 0 ? named : config.PLUGINS
  if (specifiers === undefined) {
    throw new InventoryEventsError(
      'USAGE',
      'no plugins: expected PLUGINS to be set, or plugins as arguments',
    )
  }
  const areAll = named.length === 0
  return { kinds, ...(await loadFiltered(specifiers, { config, kinds, areAll })) }
}

/**
 * Loads all of PLUGINS with their settings. Throws PLUGIN_INVALID with a line for each problem of each
 * plugin: a service that ran without one of them would commit that plugin's events as if it had
 * handled them.
 */
export async function loadEveryPlugin(
  config: Config<'PLUGINS'>,
  kinds: Kinds,
  env: Environment,
): Promise<LoadedPlugin[]> {
  const loaded = await loadUnfiltered(config.PLUGINS, config, kinds)
  const areAll = loaded.problems.length === 0
  const given = await applySettings(loaded.plugins, { config, env })
  const strange = areAll ? unknownSlugs(loaded.plugins, { config }) : []
  const filters = config.PLUGIN_FILTERS
  const problems = [...loaded.problems, ...given.problems]
  if (problems.length + strange.length === 0) {
    return applyFilters(given.plugins, filters, { kinds, areAll: true })
  }
  const lines = [
    ...problems.map(describeProblem),
    ...strange,
    ...filterProblems(loaded.plugins, filters, { kinds, areAll }).map(
      (each) => `PLUGIN_FILTERS: ${each}`,
    ),
  ]
  throw new InventoryEventsError('PLUGIN_INVALID', ['invalid plugins:', ...lines].join('\n  '))
}
