import type { Kafka } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import { controlTopicOf, isRedrive, sinksOf } from '../../topics/names.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { withAdmin } from './topic-admin.ts'

type TopicSettings = Pick<
  Config,
  | 'KAFKA_TOPICS'
  | 'KAFKA_GROUP_ID'
  | 'IDEMPOTENCY_STORE'
  | 'KAFKA_SASL_MECHANISM'
  | 'KAFKA_SSL_CERT'
>

/** Rejects with TOPIC_MISSING unless the input topics and all topics written for them exist. */
export async function requireTopics(kafka: Kafka, config: TopicSettings): Promise<void> {
  const inputs = config.KAFKA_TOPICS.flatMap((topic) => [topic, ...sinksOf(topic, config)])
  const needed = [...inputs, controlTopicOf(config.KAFKA_GROUP_ID)]
  const found = await withAdmin(kafka, (admin) => admin.describe(needed))
  const redrives = config.KAFKA_TOPICS.filter((topic) => isRedrive({ topic }))
  if (redrives.length > 0) throw notAnInput(redrives)
  const missing = needed.filter((topic) => !found.has(topic))
  if (missing.length === 0) return
  const [what, them] = missing.length === 1 ? ['topic does', 'it'] : ['topics do', 'them']
  // Kafka does not list topics that the user may not describe.
  const hidden = isKnownToKafka(config) ? `, or this user may not describe ${them}` : ''
  const message = `the ${what} not exist${hidden}: ${missing.join(', ')}; create ${them} with \`inventory-events topics create\``
  throw new InventoryEventsError('TOPIC_MISSING', message)
}

function isKnownToKafka(config: TopicSettings): boolean {
  return config.KAFKA_SASL_MECHANISM !== undefined || config.KAFKA_SSL_CERT !== undefined
}

function notAnInput(topics: string[]): InventoryEventsError {
  const message = `KAFKA_TOPICS: expected input topics, got ${topics.join(', ')}, used for redriven dead letters`
  return new InventoryEventsError('CONFIG_INVALID', message)
}

/** A topic's partition count. Rejects with TOPIC_MISSING or KAFKA_UNAVAILABLE. */
export async function partitionCountOf(kafka: Kafka, topic: string): Promise<number> {
  const found = await withAdmin(kafka, (admin) => admin.describe([topic]))
  const description = found.get(topic)
  if (description !== undefined) return description.partitions
  throw new InventoryEventsError('TOPIC_MISSING', `topic ${topic} does not exist`)
}
