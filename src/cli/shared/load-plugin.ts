import type { Environment } from '../../config/read-settings.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { nearest } from '../../util/text/did-you-mean.ts'
import { loadNamedOrConfigured } from './load-plugins.ts'

/** A shell of an operator often lacks what the service has. */
const HERE =
  'this command loads the plugin itself, so what plugins read from the environment must be set here as for "serve"'

/** Loads the plugin of PLUGINS with this slug as the service would. Throws PLUGIN_INVALID or USAGE. */
export async function loadPlugin(slug: string, env: Environment): Promise<LoadedPlugin> {
  if (!env.PLUGINS?.trim()) throw new InventoryEventsError('USAGE', `PLUGINS is not set: ${HERE}`)
  const { plugins, problems } = await loadNamedOrConfigured([], env)
  // The service rejects both of two plugins with one slug, so the first one is not enough.
  const own = problems.filter((problem) => problem.slug === slug)
  if (own.length > 0) {
    throw new InventoryEventsError('PLUGIN_INVALID', own.map(describeProblem).join('; '))
  }
  const found = plugins.find((plugin) => plugin.slug === slug)
  if (found !== undefined) return found
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
