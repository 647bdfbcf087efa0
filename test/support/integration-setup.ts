import type { TestProject } from 'vitest/node'
import startPostgres from './postgres-setup.ts'
import startStack from './stack-setup.ts'

/** What integration tests need, started side by side. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stops = await Promise.all([startStack(project), startPostgres(project)])
  return async () => void (await Promise.all(stops.map((stop) => stop())))
}
