import { InventoryEventsError } from '../util/errors.ts'
import { didYouMean } from '../util/text/did-you-mean.ts'
import { relationProblems } from './cross-checks.ts'
import { type Environment, readSettings } from './read-settings.ts'
import { type Config, type SettingName, settingNames, settings } from './settings.ts'

/**
 * Reads all settings from the environment. Every value that is set is checked, whether the command
 * needs it or not. The result is frozen. Throws CONFIG_INVALID with a line for each problem.
 */
export function loadConfig<Needed extends SettingName = never>(
  env: Environment,
  { required = [] }: { required?: readonly Needed[] } = {},
): Config<Needed> {
  const { config, problems } = checkConfig(env, required)
  if (problems.length === 0) return config as unknown as Config<Needed>
  const lines = [...problems, ...nameHints(env)]
  throw new InventoryEventsError('CONFIG_INVALID', ['invalid settings:', ...lines].join('\n  '))
}

/** The config and the problems, without throwing. */
export function checkConfig(
  env: Environment,
  required: readonly SettingName[] = [],
): { config: Config; problems: string[] } {
  const found = readSettings(env)
  const files = Object.fromEntries(found.flatMap(({ name, file }) => (file ? [[name, file]] : [])))
  const values = Object.fromEntries(found.map((row) => [row.name, row.value]))
  const config = Object.freeze({ ...values, files })
  const problems = found.flatMap((row) => row.problem ?? [])
  const missing = found
    .filter((row) => required.includes(row.name) && row.source === 'not set')
    .map((row) => `${row.name}: required, expected ${settings[row.name].type.expects}, got nothing`)
  const between = problems.length === 0 ? relationProblems(config as unknown as Config) : []
  return { config: config as unknown as Config, problems: [...problems, ...missing, ...between] }
}

/** Hints for variables that look like a misspelt setting: `KAFKA_BROKER is not a setting: did you mean ...`. */
export function nameHints(env: Environment): string[] {
  return Object.keys(env).flatMap((name) => {
    if (variables.includes(name)) return []
    const meant = settingNames.find((known) => differsInSuffix(name, known))
    const known = meant ?? didYouMean(name, variables)
    return known === undefined ? [] : `${name} is not a setting: did you mean ${known}?`
  })
}

/** Whether a variable is a setting of the service, or names the file of one. */
export function isSettingVariable(name: string): boolean {
  return variables.includes(name)
}

const variables: string[] = settingNames.flatMap((name) =>
  'file' in settings[name] ? [name, `${name}_FILE`] : [name],
)

/** Whether the unit is missing, or `_FILE` was added to a setting that can't be read from a file. */
function differsInSuffix(name: string, known: string): boolean {
  return known === `${name}_MS` || known === `${name}_BYTES` || name === `${known}_FILE`
}
