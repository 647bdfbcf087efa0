import type { TestProject } from 'vitest/node'
import { machineProbes } from '../../src/dev/stack/probes.ts'
import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
  }
}

/** One Postgres for all tests of a run: from DATABASE_URL, else Docker, else npm. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, remove } = await start()
  project.provide('databaseUrl', url)
  return remove
}

async function start(): Promise<{ url: string; remove: () => Promise<void> }> {
  const given = process.env.DATABASE_URL
  if (given) return { url: given, remove: async () => {} }
  if ((await machineProbes.docker()) !== undefined) return startPostgres()
  const { startPostgresContainer } = await import('./containers.ts')
  return startPostgresContainer()
}
