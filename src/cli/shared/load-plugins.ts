import { loadConfig } from '../../config/load-config.ts'
import type { Environment } from '../../config/read-settings.ts'
import { applyFilters } from '../../plugin/configured-filters.ts'
import { loadPlugins } from '../../plugin/load-plugins.ts'
import { defaultsFrom, offersSql } from '../../plugin/loaded-plugin.ts'
import { InventoryEventsError } from '../../util/errors.ts'

/** Loads the named plugins or, if none are named, those of PLUGINS. Throws USAGE without either. */
export async function loadNamedOrConfigured(named: readonly string[], env: Environment) {
  const config = loadConfig(env)
  const specifiers = named.length > 0 ? named : config.PLUGINS
  if (specifiers === undefined) {
    throw new InventoryEventsError(
      'USAGE',
      'no plugins: expected PLUGINS to be set, or plugins as arguments',
    )
  }
  const { plugins, problems } = await loadPlugins(specifiers, {
    cwd: process.cwd(),
    defaults: defaultsFrom(config),
    offersSql: offersSql(config),
  })
  const areAll = named.length === 0 && problems.length === 0
  return { plugins: applyFilters(plugins, config.PLUGIN_FILTERS, { areAll }), problems }
}
