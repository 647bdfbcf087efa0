import type { Command } from 'commander'
import { checkConfig, nameHints } from '../config/load-config.ts'
import { type Environment, type ReadSetting, readSettings } from '../config/read-settings.ts'
import { settings } from '../config/settings.ts'
import type { Setting } from '../config/value-types.ts'
import { print, printError } from './shared/output.ts'
import { describePluginSettings, NO_PLUGIN_SETTINGS } from './shared/plugin-settings-text.ts'

export function registerConfig(program: Command): void {
  program
    .command('config')
    .description(
      'Print every setting with its value and source, those of PLUGINS included; secrets are masked',
    )
    .action(async () => {
      const { lines, problems, hints } = describeConfig(process.env)
      const areGood = problems.length === 0
      const own = areGood ? await describePluginSettings(process.env) : NO_PLUGIN_SETTINGS
      for (const line of [...problems, ...hints, ...own.problems, ...own.notes]) printError(line)
      const code = problems.length + own.problems.length > 0 ? 1 : 0
      // A plugin may have opened handles that would keep the process alive.
      print([...lines, ...own.lines].join('\n'), () => process.exit(code))
    })
}

/** Describes each setting in a line, and lists problems and hints. */
export function describeConfig(env: Environment) {
  const rows = readSettings(env)
  const width = Math.max(...rows.map((row) => row.name.length))
  const lines = rows.map((row) => `${row.name.padEnd(width)}  ${shownValue(row)}  (${row.source})`)
  return { lines, problems: checkConfig(env).problems, hints: nameHints(env) }
}

function shownValue({ name, value, problem }: ReadSetting): string {
  if (problem !== undefined) return 'invalid'
  if (value === undefined) return '-'
  const setting: Setting = settings[name]
  if (setting.type.masked !== undefined) return setting.type.masked(value)
  return setting.secret ? '***' : firstLine(String(value))
}

/** Shortens values of many lines, such as certificates. */
function firstLine(text: string): string {
  const [first] = text.split('\n')
  return first === text ? text : `${first} ...`
}
