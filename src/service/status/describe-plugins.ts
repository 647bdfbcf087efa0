import { writeFilter } from '../../filter/write-filter.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { hideSecrets } from '../../plugin/settings/hide-secrets.ts'
import type { PluginDescription, ShownSetting } from '../../status/description-record.ts'
import { withoutSecrets } from '../../util/failure/without-secrets.ts'

const WHERE_CHARS_MAX = 4_000
const SETTING_CHARS_MAX = 200
const SETTINGS_MAX = 100
/** A setting with such a name counts as secret, whether its plugin says so or not. */
const SECRET_NAME = /token|secret|passw|pwd|key|credential|auth|cookie|cert|dsn/i

/** What the plugins are, for people who may see no secrets. */
export function describePlugins(plugins: readonly LoadedPlugin[]): PluginDescription[] {
  return plugins.map((plugin) => {
    const where = plugin.where === undefined ? null : writeFilter(plugin.where)
    const isWhereTooLong = JSON.stringify(where).length > WHERE_CHARS_MAX
    return {
      ...{ slug: plugin.slug, title: plugin.title },
      wants: plugin.wants === undefined ? null : [...plugin.wants],
      isDecidedByCode: plugin.wants === undefined && plugin.wantsProcessEvent !== undefined,
      where: isWhereTooLong ? null : where,
      isWhereTooLong,
      maxAttempts: plugin.retry.maxAttempts,
      timeoutMs: plugin.timeoutMs,
      concurrency: plugin.concurrency,
      batch: plugin.batch?.maxEvents ?? null,
      stateVersion: plugin.state?.version ?? null,
      settings: settingsOf(plugin),
    }
  })
}

function settingsOf({ settings, secrets, secretTexts }: LoadedPlugin): ShownSetting[] {
  if (typeof settings !== 'object' || settings === null) return []
  return Object.entries(settings)
    .slice(0, SETTINGS_MAX)
    .map(([name, value]) => {
      const isSecret = secrets.includes(name) || SECRET_NAME.test(name)
      return { name, text: isSecret ? null : shownValue(value, secretTexts) }
    })
}

/** What a schema made of a setting may be anything: null if it is no JSON. */
function shownValue(value: unknown, secrets: readonly string[]): string | null {
  try {
    const json: string | undefined = typeof value === 'string' ? value : JSON.stringify(value)
    if (json === undefined) return null
    const text = withoutSecrets(hideSecrets(json, secrets))
    return text.length > SETTING_CHARS_MAX ? `${text.slice(0, SETTING_CHARS_MAX)}…` : text
  } catch {
    return null
  }
}
