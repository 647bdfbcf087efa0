import { currentValue } from './current-value.ts'
import type { Config } from './settings.ts'
import type { PostgresUrl } from './value-types.ts'

/** `pg` takes these parameters of a URL before its user and password. */
const LOGIN_PARAMETERS = ['user', 'password']

/**
 * The Postgres URL that the process started with, with the user and password that
 * IDEMPOTENCY_STORE_FILE holds by now. A service must not change its database while it runs, since its
 * marks would be in two.
 */
export function currentPostgresUrl(config: Config, started: PostgresUrl): PostgresUrl {
  const current = currentValue(config, 'IDEMPOTENCY_STORE')
  return current.startsWith('postgres:') ? withLoginOf(current, started) : started
}

function withLoginOf(current: string, started: PostgresUrl): PostgresUrl {
  const from = new URL(current)
  const url = new URL(started)
  url.username = from.username
  url.password = from.password
  for (const name of LOGIN_PARAMETERS) {
    const value = from.searchParams.get(name)
    if (value === null) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return url.href as PostgresUrl
}
