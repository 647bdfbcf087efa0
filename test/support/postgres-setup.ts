import { machineProbes } from '../../src/dev/stack/probes.ts'
import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
  }
}

export interface RunningPostgres {
  url: string
  remove: () => Promise<void>
}

/** One Postgres for all tests of a run: from DATABASE_URL, else Docker, else npm. */
export async function startTestPostgres(): Promise<RunningPostgres> {
  const given = process.env.DATABASE_URL
  if (given) return { url: given, remove: async () => {} }
  if ((await machineProbes.docker()) !== undefined) return startPostgres()
  const { startPostgresContainer } = await import('./containers.ts')
  return startPostgresContainer()
}
