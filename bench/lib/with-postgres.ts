import { messageOf } from '../../src/util/errors.ts'
import { type PostgresServer, startPostgres } from '../../test/support/postgres-server.ts'
import type { CaseResult } from './bench.ts'

/** Of a case with a server of its own. */
export const OWN_SERVER =
  'a server of its own on the same machine, with its defaults: each commit is synced'

/** Measures with a Postgres of its own; without one, the result says why there is none. */
export async function withPostgres(
  measure: (url: string) => Promise<CaseResult>,
): Promise<CaseResult> {
  const server = await start()
  if ('missing' in server) {
    return { rows: [], findings: [], notes: [`skipped: postgres: ${server.missing}`] }
  }
  try {
    return await measure(server.url)
  } finally {
    await server.remove()
  }
}

async function start(): Promise<PostgresServer | { missing: string }> {
  try {
    return await startPostgres([])
  } catch (error) {
    return { missing: messageOf(error).split('\n')[0] ?? 'unknown' }
  }
}
