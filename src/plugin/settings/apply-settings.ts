import { nearest } from '../../util/text/did-you-mean.ts'
import type { LoadedPlugin } from '../loaded-plugin.ts'
import { type PluginSettings, readPluginSettings, type SettingsSources } from './read-settings.ts'
import { type PluginVariable, pluginVariables } from './variables.ts'

/** A plugin that takes settings, with those that were given. */
export interface ReadPlugin {
  plugin: LoadedPlugin
  /** Whether PLUGIN_SETTINGS or a variable gives it any. */
  isGiven: boolean
  settings: PluginSettings
}

export interface SettingsProblem {
  file: string
  slug: string
  reason: string
}

/** Reads the settings of every plugin that takes some. Never rejects. */
export async function readAllSettings(
  plugins: readonly LoadedPlugin[],
  sources: SettingsSources,
): Promise<ReadPlugin[]> {
  const taking = plugins.filter(({ settingsSchema }) => settingsSchema !== undefined)
  const slugs = taking.map(({ slug }) => slug)
  const bySlug = Map.groupBy(pluginVariables(sources.env, slugs), ({ slug }) => slug)
  return Promise.all(
    taking.map(async (plugin) => {
      const variables: readonly PluginVariable[] = bySlug.get(plugin.slug) ?? []
      const isInJson = Object.hasOwn(sources.config.PLUGIN_SETTINGS ?? {}, plugin.slug)
      const takes = { ...plugin, settingsSchema: plugin.settingsSchema! }
      const settings = await readPluginSettings(takes, variables, sources)
      return { plugin, isGiven: isInJson || variables.length > 0, settings }
    }),
  )
}

/**
 * Gives each plugin its validated settings. Returns every problem of every plugin; those without one
 * are in `plugins`.
 */
export async function applySettings(
  plugins: readonly LoadedPlugin[],
  sources: SettingsSources,
): Promise<{ plugins: LoadedPlugin[]; problems: SettingsProblem[] }> {
  const read = await readAllSettings(plugins, sources)
  const problems = [...read.flatMap(problemsOf), ...unusedSettings(plugins, sources)]
  const good = plugins.filter(({ slug }) => problems.every((problem) => problem.slug !== slug))
  const given = new Map(read.map(({ plugin, settings }) => [plugin.slug, settings]))
  return { plugins: good.map((plugin) => withSettings(plugin, given.get(plugin.slug))), problems }
}

export function problemsOf({ plugin: { slug, file }, settings }: ReadPlugin): SettingsProblem[] {
  return settings.problems.map((reason) => ({ file, slug, reason }))
}

/** `PLUGIN_SETTINGS: cold-chian: no such plugin, did you mean cold-chain?` */
export function unknownSlugs(
  plugins: readonly Pick<LoadedPlugin, 'slug'>[],
  { config }: Pick<SettingsSources, 'config'>,
): string[] {
  const slugs = plugins.map(({ slug }) => slug)
  const unknown = Object.keys(config.PLUGIN_SETTINGS ?? {}).filter((slug) => !slugs.includes(slug))
  return unknown.map((slug) => {
    const meant = nearest(slug, slugs)
    const hint = meant === undefined ? '' : `, did you mean ${meant}?`
    return `PLUGIN_SETTINGS: ${slug}: no such plugin${hint}`
  })
}

/** PLUGIN_SETTINGS for plugins that take none would be given in vain. */
function unusedSettings(
  plugins: readonly LoadedPlugin[],
  { config }: SettingsSources,
): SettingsProblem[] {
  const given = config.PLUGIN_SETTINGS ?? {}
  const vain = plugins.filter(
    ({ slug, settingsSchema }) => settingsSchema === undefined && Object.hasOwn(given, slug),
  )
  const reason =
    'settings: none expected, because the plugin has no schema; got some in PLUGIN_SETTINGS'
  return vain.map(({ slug, file }) => ({ file, slug, reason }))
}

function withSettings(plugin: LoadedPlugin, settings: PluginSettings | undefined): LoadedPlugin {
  if (settings === undefined) return plugin
  const { value, secretTexts } = settings
  return Object.freeze({ ...plugin, settings: value, secretTexts })
}
