import { InventoryEventsError } from '../../util/errors.ts'
import type { Probes } from './probes.ts'

/** Docker when its engine answers, else Maven; with neither, says all that can be done. */
export async function chooseRuntime(probes: Probes): Promise<'docker' | 'maven'> {
  const noDocker = await probes.docker()
  if (noDocker === undefined) return 'docker'
  const noMaven = await probes.maven()
  if (noMaven === undefined) return 'maven'
  throw new InventoryEventsError(
    'STACK_UNAVAILABLE',
    `there is no way to run Kafka and a schema registry here. Do one of these:
  1. set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to ones that run (they are not set)
  2. start Docker (${noDocker})
  3. install Java 17 or newer and Maven (${noMaven})`,
  )
}
