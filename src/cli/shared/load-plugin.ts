import type { Environment } from '../../config/read-settings.ts'
import type { Config } from '../../config/settings.ts'
import { describeProblem, type PluginProblem } from '../../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { applySettings } from '../../plugin/settings/apply-settings.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { nearest } from '../../util/text/did-you-mean.ts'
import { loadNamedOrConfigured } from './load-plugins.ts'

/** A shell of an operator often lacks what the service has. */
const HERE =
  'this command loads the plugin itself, so what plugins read from the environment must be set here as for "serve"'

/** Loads the plugin of PLUGINS with this slug as the service would. Throws PLUGIN_INVALID or USAGE. */
export async function loadPlugin(slug: string, env: Environment): Promise<LoadedPlugin> {
  return (await loadAround(slug, env)).plugin
}

/** As `loadPlugin`, and validates the plugin's settings, which it needs to be called. */
export async function loadPluginWithSettings(
  slug: string,
  config: Pick<Config, 'PLUGIN_SETTINGS'>,
  env: Environment,
): Promise<LoadedPlugin> {
  // Which plugin a variable is for depends on the others.
  const { plugins } = await loadAround(slug, env)
  const given = await applySettings(plugins, { config, env })
  throwIfOwn(slug, given.problems)
  return given.plugins.find((plugin) => plugin.slug === slug)!
}

/** The plugin, and all of PLUGINS that can be loaded. */
async function loadAround(slug: string, env: Environment) {
  if (!env.PLUGINS?.trim()) throw new InventoryEventsError('USAGE', `PLUGINS is not set: ${HERE}`)
  const { plugins, problems } = await loadNamedOrConfigured([], env)
  // The service rejects both of two plugins with one slug, so the first one is not enough.
  throwIfOwn(slug, problems)
  const found = plugins.find((plugin) => plugin.slug === slug)
  if (found !== undefined) return { plugin: found, plugins }
  const meant = nearest(
    slug,
    plugins.map((plugin) => plugin.slug),
  )
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`
  const message = `--plugin: PLUGINS has no plugin ${slug}${hint}`
  // It may be one of those that can't be loaded, whose slugs are unknown.
  const unloaded = problems.length === 0 ? [] : [...problems.map(describeProblem), HERE]
  throw new InventoryEventsError('USAGE', [message, ...unloaded].join('; '))
}

function throwIfOwn(slug: string, problems: readonly PluginProblem[]): void {
  const own = problems.filter((problem) => problem.slug === slug)
  if (own.length === 0) return
  throw new InventoryEventsError('PLUGIN_INVALID', own.map(describeProblem).join('; '))
}
