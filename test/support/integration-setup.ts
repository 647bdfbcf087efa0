import type { TestProject } from 'vitest/node'
import { type RunningPostgres, startTestPostgres } from './postgres-setup.ts'
import { startQuickStack, type TestStack } from './stack-setup.ts'

interface Services {
  stack: TestStack
  postgres: RunningPostgres
}

/** Vitest loads this file for each project, and all projects of a run share one set of services. */
const run = globalThis as { services?: Promise<Services> | undefined }

/** What integration tests need: Kafka, a registry and Postgres, started side by side. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  run.services ??= start()
  const { stack, postgres } = await run.services
  project.provide('stack', { brokers: stack.brokers, registryUrl: stack.registryUrl })
  project.provide('databaseUrl', postgres.url)
  return end
}

async function start(): Promise<Services> {
  const [stack, postgres] = await Promise.all([startQuickStack(), startTestPostgres()])
  return { stack, postgres }
}

/** Vitest calls this for each project, when all of them are done. */
async function end(): Promise<void> {
  const services = await run.services
  run.services = undefined
  await Promise.all([services?.stack.stop(), services?.postgres.remove()])
}
