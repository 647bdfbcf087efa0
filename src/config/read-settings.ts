import { readFileSync } from 'node:fs'
import { messageOf } from '../util/errors.ts'
import { type SettingName, settingNames, settings } from './settings.ts'
import type { Setting } from './value-types.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A setting as read from the environment. */
export interface ReadSetting {
  name: SettingName
  /** Undefined when unset or invalid. */
  value: unknown
  /** `default`, `environment`, `file /run/secrets/password` or `not set`. */
  source: string
  /** The file that the value was read from. */
  file?: string
  /** What is wrong and what was expected. Contains no secret. */
  problem?: string
}

/** Reads and checks each setting on its own. Never throws. */
export function readSettings(env: Environment): ReadSetting[] {
  return settingNames.map((name) => readSetting(name, settings[name], env))
}

function readSetting(name: SettingName, setting: Setting, env: Environment): ReadSetting {
  const found = findText(name, setting, env)
  if ('problem' in found) return { name, value: undefined, ...found }
  if (found.text === undefined) return { name, value: undefined, source: found.source }
  const value = setting.type.parse(found.text)
  const { source, file } = found
  if (value !== undefined) return { name, value, source, ...(file !== undefined && { file }) }
  const got = found.source === 'environment' ? printable(found.text, setting) : found.source
  return {
    name,
    value,
    source: found.source,
    problem: `${name}: expected ${setting.type.expects}, got ${got}`,
  }
}

type FoundText =
  | { text: string | undefined; source: string; file?: string }
  | { source: string; problem: string }

/** An empty variable counts as unset: compose files and Helm charts often produce them. */
function findText(name: SettingName, setting: Setting, env: Environment): FoundText {
  const text = cleaned(env[name], setting)
  const path = setting.file && (env[`${name}_FILE`]?.trim() || undefined)
  if (text !== undefined && path) {
    const problem = `${name}: expected either ${name} or ${name}_FILE, got both`
    return { source: 'environment', problem }
  }
  if (path) return readFrom(path, name, setting)
  if (text !== undefined) return { text, source: 'environment' }
  const fallback = setting.default
  return { text: fallback, source: fallback === undefined ? 'not set' : 'default' }
}

function readFrom(path: string, name: SettingName, setting: Setting): FoundText {
  const source = `file ${path}`
  try {
    const text = cleaned(readFileSync(path, 'utf8'), setting)
    if (text !== undefined) return { text, source, file: path }
    return { source, problem: `${name}_FILE: expected a file with the value, got an empty one` }
  } catch (error) {
    return { source, problem: `${name}_FILE: cannot be read: ${messageOf(error)}` }
  }
}

/** Secrets may begin or end with a space, so only a trailing line break is removed. */
export function cleaned(text: string | undefined, { secret }: Setting): string | undefined {
  return (secret ? text?.replace(/\r?\n$/, '') : text?.trim()) || undefined
}

/** Masks credentials in URLs, also in settings that should hold none. */
function printable(text: string, setting: Setting): string {
  if (setting.secret) return 'something else (not shown)'
  return JSON.stringify(text.replace(/\/\/[^/]*@/, '//***@'))
}
