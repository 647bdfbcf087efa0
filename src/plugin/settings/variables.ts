import { isSettingVariable } from '../../config/load-config.ts'
import type { Environment } from '../../config/read-settings.ts'

/** An environment variable `PLUGIN_<SLUG>_<NAME>`. */
export interface PluginVariable {
  variable: string
  slug: string
  /** What follows the slug: `API_KEY`. */
  rest: string
  text: string
}

/**
 * The variables of these plugins. One that fits several slugs, such as `a` and `a-b`, belongs to the
 * longest. The service's own are nobody's: PLUGIN_FILTERS_FILE is no setting of a plugin `filters`.
 * An empty one counts as unset, as everywhere.
 */
export function pluginVariables(env: Environment, slugs: readonly string[]): PluginVariable[] {
  const longestFirst = [...slugs].sort((a, b) => b.length - a.length)
  return Object.entries(env).flatMap(([variable, text]) => {
    if (text === undefined || text.trim() === '' || isSettingVariable(variable)) return []
    const slug = longestFirst.find((each) => variable.startsWith(prefixOf(each)))
    if (slug === undefined) return []
    return { variable, slug, rest: variable.slice(prefixOf(slug).length), text }
  })
}

/** `PLUGIN_COLD_CHAIN_API_KEY` for the setting `apiKey` of `cold-chain`. */
export function variableOf(slug: string, name: string): string {
  return `${prefixOf(slug)}${upper(name)}`
}

/** The name that a variable means: one of those known, whatever its spelling, or else camel case. */
export function nameOf(rest: string, known: readonly string[]): string {
  return known.find((name) => upper(name) === rest) ?? camel(rest)
}

function prefixOf(slug: string): string {
  return `PLUGIN_${upper(slug)}_`
}

/** `apiKey`, `api-key` and `APIKey` become `API_KEY`. */
function upper(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase()
}

function camel(rest: string): string {
  return rest.toLowerCase().replaceAll(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase())
}
