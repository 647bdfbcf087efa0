import type { StoreName } from './value-types.ts'

const ALLOWED = ['disable', 'verify-full']

/**
 * What is wrong with the way in which a URL of Postgres asks for TLS. Other modes of `sslmode` do not
 * say what they do: they mean one thing to libpq and another to the driver.
 */
export function postgresTlsProblems(store: StoreName): string[] {
  if (!store.startsWith('postgres:')) return []
  const { searchParams: parameters } = new URL(store)
  const problems = ['ssl', 'uselibpqcompat', 'sslnegotiation']
    .filter((name) => parameters.has(name))
    .map((name) => `IDEMPOTENCY_STORE: ${name} is not taken; sslmode=verify-full asks for TLS`)
  const mode = parameters.get('sslmode') ?? 'disable'
  if (!ALLOWED.includes(mode)) {
    problems.push(
      'IDEMPOTENCY_STORE: expected sslmode to be verify-full, which checks the server, or disable',
    )
  }
  const files = ['sslrootcert', 'sslcert', 'sslkey'].filter((name) => parameters.has(name))
  if (mode !== 'verify-full' && files.length > 0) {
    problems.push(`IDEMPOTENCY_STORE: ${files.join(', ')} needs sslmode=verify-full`)
  }
  return problems
}
