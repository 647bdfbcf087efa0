import { createRegistry } from '../avro/registry/registry.ts'
import { subjectName } from '../avro/registry/subject-name.ts'
import type { Config } from '../config/settings.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { createKafka } from '../kafka/client/client.ts'
import { createProducer, type ProducerLimits } from '../kafka/producer/producer.ts'
import { DEFAULT_TOPICS, type EventTopics } from '../topics/event-topics.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { createDestinations, type DestinationsOptions } from './destinations.ts'
import { createPublisher, type EventSubmitter, type Publisher } from './publisher.ts'
import type { PublisherOptions } from './topic-queues.ts'

export interface OpenPublisherOptions extends Omit<PublisherOptions, 'producer' | 'destinations'> {
  topics?: EventTopics
  producerLimits?: ProducerLimits
  log: Logger
}

export interface OpenPublisher extends Publisher {
  /**
   * Looks up topics and schemas in advance instead of with the first event of each schema. Rejects
   * with TOPIC_MISSING or REGISTRY_*.
   */
  prepare(families: readonly (keyof EventTopics)[]): Promise<void>
  close(): Promise<void>
}

type PublisherConfig = Config<'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL'>

/** Opens a publisher with its own connections. Rejects with KAFKA_UNAVAILABLE or REGISTRY_*. */
export async function openPublisher(
  config: PublisherConfig,
  { contract, topics = DEFAULT_TOPICS, log, producerLimits, ...options }: OpenPublisherOptions,
): Promise<OpenPublisher & EventSubmitter> {
  const kafka = createKafka(config, log)
  const registry = createRegistry(config)
  await registry.check()
  const producer = await createProducer(kafka, producerLimits)
  const destinations = createDestinations({
    contract,
    topics,
    requireTopic: (topic) =>
      withAdmin(kafka, async (admin) => {
        if (!(await admin.exists(topic))) throw noTopic(topic)
      }),
    schemaIdOf: findSchemaId(registry),
  })
  const publisher = createPublisher({ ...options, contract, producer, destinations })
  return { ...publisher, prepare: destinations.prepare, close: () => producer.close() }
}

/** Looks up the schema id; a publisher never registers schemas. */
export function findSchemaId(registry: {
  registeredId(subject: string, text: string): Promise<number | undefined>
}): DestinationsOptions['schemaIdOf'] {
  return async (topic, { fullName, text }) => {
    const subject = subjectName(topic, fullName)
    const id = await registry.registeredId(subject, text)
    if (id !== undefined) return id
    const message = `${subject}: this version's schema is not registered; run "inventory-events schemas register"`
    throw new InventoryEventsError('REGISTRY_REFUSED', message)
  }
}

export function noTopic(topic: string): InventoryEventsError {
  const message = `topic ${topic} does not exist or this user may not see it; create it with "inventory-events topics create"`
  return new InventoryEventsError('TOPIC_MISSING', message)
}
