import type { StoreName } from './value-types.ts'

const ALLOWED = ['disable', 'verify-full']

/**
 * Problems with the TLS parameters of a Postgres URL. Only two values of `sslmode` are allowed, because
 * libpq and the driver disagree on what the others mean.
 */
export function postgresTlsProblems(store: StoreName): string[] {
  if (!store.startsWith('postgres:')) return []
  const { searchParams: parameters } = new URL(store)
  const problems = ['ssl', 'uselibpqcompat', 'sslnegotiation']
    .filter((name) => parameters.has(name))
    .map((name) => `IDEMPOTENCY_STORE: ${name} is not supported; use sslmode=verify-full for TLS`)
  const mode = parameters.get('sslmode') ?? 'disable'
  if (!ALLOWED.includes(mode)) {
    problems.push(
      'IDEMPOTENCY_STORE: expected sslmode to be verify-full (TLS, checks the server) or disable',
    )
  }
  const files = ['sslrootcert', 'sslcert', 'sslkey'].filter((name) => parameters.has(name))
  if (mode !== 'verify-full' && files.length > 0) {
    problems.push(`IDEMPOTENCY_STORE: ${files.join(', ')} needs sslmode=verify-full`)
  }
  return problems
}
