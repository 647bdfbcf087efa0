import { createRegistry } from '../avro/registry.ts'
import { subjectName } from '../avro/subject.ts'
import type { Config } from '../config/settings.ts'
import { InventoryEventsError } from '../event/errors.ts'
import { withAdmin } from '../kafka/admin.ts'
import { createKafka } from '../kafka/client.ts'
import type { ProducerLimits } from '../kafka/producer.ts'
import { createProducer } from '../kafka/producer.ts'
import type { Logger } from '../observe/logger.ts'
import type { DestinationsOptions } from './destinations.ts'
import { createDestinations } from './destinations.ts'
import type { PublisherOptions } from './entrance.ts'
import type { EventTopics } from './event-topics.ts'
import { DEFAULT_TOPICS } from './event-topics.ts'
import type { Intake, Publisher } from './publisher.ts'
import { createPublisher } from './publisher.ts'

export interface OpenPublisherOptions extends Omit<PublisherOptions, 'producer' | 'destinations'> {
  topics?: EventTopics
  producerLimits?: ProducerLimits
  log: Logger
}

export interface OpenPublisher extends Publisher {
  /**
   * Looks up now what would be looked up with the first event of each schema. Rejects with
   * TOPIC_MISSING or REGISTRY_*.
   */
  prepare(families: readonly (keyof EventTopics)[]): Promise<void>
  close(): Promise<void>
}

type PublisherConfig = Config<'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL'>

/** A publisher with connections of its own. Rejects with KAFKA_UNAVAILABLE or REGISTRY_*. */
export async function openPublisher(
  config: PublisherConfig,
  { topics = DEFAULT_TOPICS, log, producerLimits, ...options }: OpenPublisherOptions,
): Promise<OpenPublisher & Intake> {
  const kafka = createKafka(config, log)
  const registry = createRegistry(config)
  await registry.check()
  const producer = await createProducer(kafka, producerLimits)
  const destinations = createDestinations({
    topics,
    requireTopic: (topic) =>
      withAdmin(kafka, async (admin) => {
        if (!(await admin.list()).includes(topic)) throw noTopic(topic)
      }),
    schemaIdOf: findSchemaId(registry),
  })
  const publisher = createPublisher({ ...options, producer, destinations })
  return { ...publisher, prepare: destinations.prepare, close: () => producer.close() }
}

/** Looks the schema up; a publisher never registers one. */
function findSchemaId(registry: {
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

function noTopic(topic: string): InventoryEventsError {
  const message = `there is no topic ${topic} that this user may see; create it with "inventory-events topics create"`
  return new InventoryEventsError('TOPIC_MISSING', message)
}
