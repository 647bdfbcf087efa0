import type { Environment } from '../../config/read-settings.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { nearest } from '../../util/text/did-you-mean.ts'
import { loadNamedOrConfigured } from './load-plugins.ts'

/** Loads the plugin of PLUGINS with this slug as the service would. Throws PLUGIN_INVALID or USAGE. */
export async function loadPlugin(slug: string, env: Environment): Promise<LoadedPlugin> {
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
  throw new InventoryEventsError('USAGE', [message, ...problems.map(describeProblem)].join('; '))
}
