import type { Environment } from '../../config/read-settings.ts'
import type { Config } from '../../config/settings.ts'
import { type Clock, systemClock } from '../../util/clock.ts'
import { didYouMean } from '../../util/text/did-you-mean.ts'
import type { LoadedPlugin } from '../loaded-plugin.ts'
import { failureWithout, hideSecrets, secretTexts } from './hide-secrets.ts'
import { type NamesRead, namesRead } from './names-read.ts'
import { pathOf, type StandardSchema, type StandardSchemaIssue } from './standard-schema.ts'
import { validateSettings } from './validate-settings.ts'
import { nameOf, type PluginVariable, variableOf } from './variables.ts'

export interface SettingsSources {
  config: Pick<Config, 'PLUGIN_SETTINGS'>
  env: Environment
  clock?: Pick<Clock, 'after'>
}

/** The settings of one plugin, as they were given and as its schema sees them. */
export interface PluginSettings {
  /** Those that were given, and then those that the schema reads but were not. */
  rows: readonly SettingRow[]
  /** What the schema made of them, if there are no problems. */
  value: unknown
  secretTexts: readonly string[]
  problems: readonly string[]
}

export interface SettingRow {
  name: string
  value: unknown
  /** PLUGIN_SETTINGS, a variable, or undefined if it is not set. */
  source: string | undefined
  isSecret: boolean
}

type WithSettings = Pick<LoadedPlugin, 'slug' | 'secrets'> & { settingsSchema: StandardSchema }

/**
 * Reads what PLUGIN_SETTINGS and variables give to a plugin, and validates it. A variable that fits no
 * setting, and is nearly none, is left alone: it may be for `a-b`, which does not run here, in place of
 * `a`. Never rejects.
 */
export async function readPluginSettings(
  plugin: WithSettings,
  variables: readonly PluginVariable[],
  { config, clock = systemClock }: SettingsSources,
): Promise<PluginSettings> {
  const { slug, settingsSchema, secrets } = plugin
  const json = Object.hasOwn(config.PLUGIN_SETTINGS ?? {}, slug)
    ? config.PLUGIN_SETTINGS![slug]!
    : {}
  const given = (known: readonly string[]) => inputOf(json, variables, known)
  // What is secret is not known before the names are; everything is hidden until then.
  const everything = secretTexts([json, ...variables.map(({ text }) => text)])
  try {
    const read = await namesRead(settingsSchema, given([]).input, clock)
    const { input, sources, texts } = meantIn(given(read.names), read)
    const hidden = secretTexts(secrets.map((name) => input[name]))
    const result = await validateSettings(settingsSchema, input, texts, clock)
    const describe = (issue: StandardSchemaIssue) => issueText(issue, plugin, sources, hidden)
    const problems = [
      ...(result.issues ?? []).map(describe),
      ...unknownNames(read, sources),
      ...unknownSecrets(read, secrets),
    ]
    const value = result.issues === undefined ? result.value : undefined
    return { rows: rowsOf(input, sources, read, secrets), value, secretTexts: hidden, problems }
  } catch (error) {
    const { message } = failureWithout(error, everything)
    const problems = [`settings: the schema fails: ${message}`]
    return { rows: [], value: undefined, secretTexts: everything, problems }
  }
}

/** A variable overrides the same name in PLUGIN_SETTINGS. */
function inputOf(
  json: Readonly<Record<string, unknown>>,
  variables: readonly PluginVariable[],
  known: readonly string[],
) {
  const named = variables.map((each) => ({ ...each, name: nameOf(each.rest, known) }))
  const input: Record<string, unknown> = {
    ...json,
    ...Object.fromEntries(named.map(({ name, text }) => [name, text])),
  }
  const sources = new Map(Object.keys(json).map((name) => [name, 'PLUGIN_SETTINGS']))
  for (const { name, variable } of named) sources.set(name, variable)
  return { input, sources, texts: named.map(({ name }) => name) }
}

/** Leaves out the variables that the plugin does not know. */
function meantIn({ input, sources, texts }: ReturnType<typeof inputOf>, read: NamesRead) {
  const isForeign = (name: string) =>
    !read.areAny && !read.names.includes(name) && didYouMean(name, read.names) === undefined
  const foreign = texts.filter(isForeign)
  const entries = Object.entries(input).filter(([name]) => !foreign.includes(name))
  for (const name of foreign) sources.delete(name)
  return {
    input: Object.fromEntries(entries),
    sources: sources as ReadonlyMap<string, string>,
    texts: texts.filter((name) => !foreign.includes(name)),
  }
}

function issueText(
  issue: StandardSchemaIssue,
  { slug, secrets }: WithSettings,
  sources: ReadonlyMap<string, string>,
  hidden: readonly string[],
): string {
  const path = pathOf(issue)
  const [name] = path
  if (name === undefined) return `settings: ${hideSecrets(issue.message, hidden)}`
  const source = sources.get(name)
  const at = `settings.${path.join('.')}`
  if (source === undefined) {
    const variable = variableOf(slug, name)
    return `${at}: ${hideSecrets(issue.message, hidden)}; not set: expected ${variable}, or ${name} in PLUGIN_SETTINGS`
  }
  // Libraries quote what they refuse.
  const isSecret = secrets.includes(name)
  const why = isSecret ? 'refused (why is not shown: it is secret)' : issue.message
  return `${at}: ${hideSecrets(why, hidden)} (from ${source})`
}

function unknownNames(
  { names, areAny }: NamesRead,
  sources: ReadonlyMap<string, string>,
): string[] {
  if (areAny) return []
  const strange = [...sources].filter(([name]) => !names.includes(name))
  return strange.map(
    ([name, source]) => `settings.${name}: ${unknown(name, names)} (from ${source})`,
  )
}

/** A misspelt one would be shown. */
function unknownSecrets({ names, areAny }: NamesRead, secrets: readonly string[]): string[] {
  if (areAny) return []
  const strange = secrets.filter((name) => !names.includes(name))
  return strange.map((name) => `secrets: ${name}: ${unknown(name, names)}`)
}

function unknown(name: string, known: readonly string[]): string {
  const meant = didYouMean(name, known)
  if (meant !== undefined) return `unknown, did you mean ${meant}?`
  return known.length === 0 ? 'unknown, expected none' : `unknown, expected ${known.join(', ')}`
}

function rowsOf(
  input: Readonly<Record<string, unknown>>,
  sources: ReadonlyMap<string, string>,
  { names }: NamesRead,
  secrets: readonly string[],
): SettingRow[] {
  return [...new Set([...Object.keys(input), ...names])].map((name) => ({
    name,
    value: input[name],
    source: sources.get(name),
    isSecret: secrets.includes(name),
  }))
}
