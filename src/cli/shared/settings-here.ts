import { loadConfig } from '../../config/load-config.ts'
import type { Environment } from '../../config/read-settings.ts'
import type { PluginProblem } from '../../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { problemsOf, readAllSettings, unknownSlugs } from '../../plugin/settings/apply-settings.ts'

interface Loaded {
  plugins: readonly LoadedPlugin[]
  problems: readonly PluginProblem[]
}

/**
 * Validates the settings that are given here. A plugin that is given none is not refused: where it is
 * written and checked, they are rarely known.
 */
export async function settingsHere(loaded: Loaded, named: readonly string[], env: Environment) {
  const config = loadConfig(env)
  const areAll = named.length === 0 && loaded.problems.length === 0
  const read = await readAllSettings(loaded.plugins, { config, env })
  return {
    of: (slug: string) => read.find(({ plugin }) => plugin.slug === slug),
    problems: read.filter(({ isGiven }) => isGiven).flatMap(problemsOf),
    /** Slugs in PLUGIN_SETTINGS that no plugin has. */
    unknown: areAll ? unknownSlugs(loaded.plugins, { config }) : [],
  }
}
