import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Environment } from '../../config/read-settings.ts'
import { loadUnfiltered } from '../../operate/load-plugins.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import {
  problemsOf,
  type ReadPlugin,
  readAllSettings,
  unknownSlugs,
} from '../../plugin/settings/apply-settings.ts'
import type { SettingRow } from '../../plugin/settings/read-settings.ts'
import { foreignText, jsonText } from '../../util/text/foreign-text.ts'

export interface PluginSettingsText {
  /** `cold-chain.url  https://...  (PLUGIN_COLD_CHAIN_URL)` */
  lines: string[]
  problems: string[]
  /** Plugins that can't be loaded here, so that their settings are not known. */
  notes: string[]
}

export const NO_PLUGIN_SETTINGS: PluginSettingsText = { lines: [], problems: [], notes: [] }

/** Describes the settings that the plugins of PLUGINS take. */
export async function describePluginSettings(env: Environment): Promise<PluginSettingsText> {
  const config = loadConfig(env)
  if (config.PLUGINS === undefined) return NO_PLUGIN_SETTINGS
  const { plugins, problems } = await loadUnfiltered(
    config.PLUGINS,
    config,
    loadContract(config.EVENT_SCHEMAS).kinds,
  )
  const areAll = problems.length === 0
  const read = await readAllSettings(plugins, { config, env })
  return {
    lines: linesOf(read),
    problems: [
      ...read.flatMap(problemsOf).map(describeProblem),
      ...(areAll ? unknownSlugs(plugins, { config }) : []),
    ],
    notes: problems.map((problem) => `its settings are not shown: ${describeProblem(problem)}`),
  }
}

function linesOf(read: readonly ReadPlugin[]): string[] {
  const rows = read.flatMap(({ plugin, settings }) =>
    settings.rows.map((row) => ({ ...row, path: foreignText(`${plugin.slug}.${row.name}`) })),
  )
  const width = Math.max(0, ...rows.map(({ path }) => path.length))
  return rows.map((row) => {
    return `${row.path.padEnd(width)}  ${shownValue(row)}  (${row.source ?? 'not set'})`
  })
}

function shownValue({ value, source, isSecret }: SettingRow): string {
  if (source === undefined) return '-'
  if (isSecret) return '***'
  const text = typeof value === 'string' ? foreignText(value) : jsonText(value)
  // Credentials in URLs, also in settings that should hold none.
  return text.replaceAll(/\/\/[^/\s]*@/g, '//***@')
}
