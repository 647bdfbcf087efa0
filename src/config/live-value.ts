import type { Clock } from '../util/clock.ts'
import { messageOf } from '../util/errors.ts'
import { FailureLog } from '../util/log/failure-log.ts'
import type { Logger } from '../util/logger.ts'
import { currentValue } from './current-value.ts'
import type { Config, SettingName } from './settings.ts'

/** How long a value is used before its file is read again: requests may be many. */
const FRESH_MS = 1_000

export interface LiveValuePorts {
  clock: Pick<Clock, 'elapsedMs'>
  log: Pick<Logger, 'info' | 'warn'>
}

/**
 * Returns a function for a setting's current value that is cheap enough for every request; undefined
 * if the setting is not set. While the file can't be read, as in the middle of a rotation, the last
 * value stays.
 */
export function liveValue<N extends SettingName>(
  config: Config,
  name: N,
  { clock, log }: LiveValuePorts,
): (() => NonNullable<Config[N]>) | undefined {
  const failures = new FailureLog({ log, clock })
  let value = config[name] ?? undefined
  let readAtMs = clock.elapsedMs()
  if (value === undefined) return undefined

  function refresh(): void {
    try {
      value = currentValue(config, name) ?? value
      failures.worked({}, `${name}_FILE can be read again`)
    } catch (error) {
      failures.failed({ error: messageOf(error) }, `the last value of ${name} stays in use`)
    }
  }

  return () => {
    const nowMs = clock.elapsedMs()
    if (config.files?.[name] !== undefined && nowMs - readAtMs >= FRESH_MS) {
      readAtMs = nowMs
      refresh()
    }
    return value!
  }
}
