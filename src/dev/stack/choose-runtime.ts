import { InventoryEventsError } from '../../util/errors.ts'
import type { Probes } from './probes.ts'

/** Docker if its engine responds, else Maven. Throws STACK_UNAVAILABLE with the options if neither works. */
export async function chooseRuntime(probes: Probes): Promise<'docker' | 'maven'> {
  const noDocker = await probes.docker()
  if (noDocker === undefined) return 'docker'
  const noMaven = await probes.maven()
  if (noMaven === undefined) return 'maven'
  throw new InventoryEventsError(
    'STACK_UNAVAILABLE',
    `cannot run Kafka and a schema registry on this machine. Do one of these:
  1. set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to running ones (they are not set)
  2. start Docker (${noDocker})
  3. install Java 17 or newer and Maven (${noMaven})`,
  )
}
