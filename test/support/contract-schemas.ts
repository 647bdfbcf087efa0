import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRegistry } from '../../src/avro/registry/registry.ts'
import { subjectName } from '../../src/avro/registry/subject-name.ts'
import { builtInContract, type ContractSchema } from '../../src/avro/schema/contract-schemas.ts'
import { withLock } from '../../src/dev/stack/lock.ts'
import { endpoints, until } from './stack.ts'

let contractIds: Promise<ReadonlyMap<string, number>> | undefined

/** The id of each schema of the contract, by full name. The registry has one for each text. */
export function idsOfContract(): Promise<ReadonlyMap<string, number>> {
  contractIds ??= registerAll('contract', builtInContract().schemas)
  return contractIds
}

/** Answers a function that registers schemas for records of a topic, each of them once. */
export function schemasOf(topic: string) {
  const registered = new Set<string>()
  return async (schemas: readonly ContractSchema[]) => {
    const missing = new Map(
      schemas
        .filter(({ fullName }) => !registered.has(fullName))
        .map((schema) => [schema.fullName, schema]),
    )
    if (missing.size > 0) await registerAll(topic, [...missing.values()])
    for (const fullName of missing.keys()) registered.add(fullName)
  }
}

/** One test file at a time: many concurrent writers overload the local registry. */
async function registerAll(
  topic: string,
  schemas: readonly ContractSchema[],
): Promise<ReadonlyMap<string, number>> {
  const { port } = new URL(endpoints().registryUrl)
  const lock = join(tmpdir(), `inventory-events-registry-${port}.lock`)
  const ids = new Map<string, number>()
  await withLock(lock, { timeoutMs: 300_000, say: () => {} }, async () => {
    for (const { fullName, text } of schemas) {
      ids.set(fullName, await registerSchema(topic, fullName, text))
    }
  })
  return ids
}

/**
 * Registers a schema's text for records of a topic, and answers its id. Apicurio sometimes refuses
 * one of several registrations that are made at once, and takes it the next time.
 */
export function registerSchema(topic: string, fullName: string, text: string): Promise<number> {
  const registry = createRegistry({ SCHEMA_REGISTRY_URL: endpoints().registryUrl })
  const subject = subjectName(topic, fullName)
  return until(() => registry.register(subject, text), { what: `the registry to take ${subject}` })
}
