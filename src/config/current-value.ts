import { readFileSync } from 'node:fs'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { cleaned } from './read-settings.ts'
import { type Config, type SettingName, settings } from './settings.ts'
import type { Setting } from './value-types.ts'

/**
 * A setting's current value. A value that came from a file is read again, because certificates and
 * passwords are rotated while the process runs. Throws CONFIG_INVALID, retryable because the file may
 * be read in the middle of a rotation.
 */
export function currentValue<N extends SettingName>(
  config: Pick<Config, N | 'files'>,
  name: N,
): Config[N] {
  const path = config.files?.[name]
  if (path === undefined) return (config as Config)[name]
  const setting: Setting = settings[name]
  const text = textOf(path, name, setting)
  const value = text === undefined ? undefined : setting.type.parse(text)
  if (value === undefined) throw invalid(name, `expected ${setting.type.expects} in ${path}`)
  return value as Config[N]
}

function textOf(path: string, name: SettingName, setting: Setting): string | undefined {
  try {
    return cleaned(readFileSync(path, 'utf8'), setting)
  } catch (error) {
    throw invalid(name, `cannot be read: ${messageOf(error)}`)
  }
}

function invalid(name: SettingName, why: string): InventoryEventsError {
  return new InventoryEventsError('CONFIG_INVALID', `${name}_FILE: ${why}`, { retryable: true })
}
