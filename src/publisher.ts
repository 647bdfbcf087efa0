import { loadContract } from './avro/own-kinds/load-contract.ts'
import { loadConfig } from './config/load-config.ts'
import { createSpans } from './observe/spans.ts'
import { type OpenPublisher, openPublisher as open } from './publish/open-publisher.ts'
import type { EventTopics } from './topics/event-topics.ts'
import { createLogger } from './util/logger.ts'
import { version } from './version.ts'

export type { Trace } from './event/trace.ts'
export type { OpenPublisher } from './publish/open-publisher.ts'
export type { EventTopics } from './topics/event-topics.ts'

export interface PublishOptions {
  /** The settings of Kafka and the registry, named as in the environment. Default `process.env`. */
  settings?: Readonly<Record<string, string | undefined>>
  /** Default `inventory.events` and `plugin.events`. */
  topics?: EventTopics
  /** The CloudEvents `source`, which identifies the publisher. */
  source?: string
}

/**
 * Connects a publisher that is idempotent, keys records by entity and waits for all in-sync replicas.
 * Close it when done. Rejects with CONFIG_INVALID, KAFKA_UNAVAILABLE or REGISTRY_UNAVAILABLE.
 */
export async function openPublisher(options: PublishOptions = {}): Promise<OpenPublisher> {
  const { settings = process.env, ...rest } = options
  const config = loadConfig(settings, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  const spans = createSpans(config.KAFKA_GROUP_ID, version)
  const contract = loadContract(config.EVENT_SCHEMAS)
  return open(config, { ...rest, contract, spans, log: createLogger('silent') })
}
