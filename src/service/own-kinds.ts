import type { Registry } from '../avro/registry/registry.ts'
import { checkOwnKinds } from '../avro/registry/subjects.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import type { Config } from '../config/settings.ts'
import type { Logger } from '../util/logger.ts'

interface OwnKindParts {
  config: Config
  contract: Contract
  registry: Registry
  log: Logger
}

/** Checks own kinds before anything is read. Throws SCHEMA_INCOMPATIBLE or REGISTRY_*. */
export async function prepareOwnKinds({ config, contract, registry, log }: OwnKindParts) {
  const { KAFKA_TOPICS, GATEWAY_INVENTORY_TOPIC, GATEWAY_PLUGIN_TOPIC } = config
  const topics = { inventory: GATEWAY_INVENTORY_TOPIC, plugin: GATEWAY_PLUGIN_TOPIC }
  await checkOwnKinds(registry, { contract, topics })
  for (const { name, topic } of contract.schemas) {
    if (topic === undefined || KAFKA_TOPICS.includes(topic)) continue
    log.warn({ kind: name, topic }, 'KAFKA_TOPICS lacks the topic of a kind: it is not read')
  }
}
