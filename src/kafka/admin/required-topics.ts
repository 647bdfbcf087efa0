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

/** Rejects with TOPIC_MISSING unless the input topics are there, and what is written for them. */
export async function requireTopics(kafka: Kafka, config: TopicSettings): Promise<void> {
  const inputs = config.KAFKA_TOPICS.flatMap((topic) => [topic, ...sinksOf(topic, config)])
  const needed = [...inputs, controlTopicOf(config.KAFKA_GROUP_ID)]
  const found = await withAdmin(kafka, (admin) => admin.describe(needed))
  const redrives = config.KAFKA_TOPICS.filter((topic) => isRedrive({ topic }))
  if (redrives.length > 0) throw noInput(redrives)
  const missing = needed.filter((topic) => !found.has(topic))
  if (missing.length === 0) return
  const what = missing.length === 1 ? 'topic does' : 'topics do'
  // Kafka does not tell a user of topics that it may not see.
  const hidden = isKnownToKafka(config) ? ', or may not be seen by this user' : ''
  const message = `the ${what} not exist${hidden}: ${missing.join(', ')}; create with \`inventory-events topics create\``
  throw new InventoryEventsError('TOPIC_MISSING', message)
}

function isKnownToKafka(config: TopicSettings): boolean {
  return config.KAFKA_SASL_MECHANISM !== undefined || config.KAFKA_SSL_CERT !== undefined
}

function noInput(topics: string[]): InventoryEventsError {
  const message = `KAFKA_TOPICS: expected input topics, got ${topics.join(', ')}, which holds redriven dead letters`
  return new InventoryEventsError('CONFIG_INVALID', message)
}

/** The number of partitions that a topic has. */
export async function partitionCountOf(kafka: Kafka, topic: string): Promise<number> {
  const found = await withAdmin(kafka, (admin) => admin.describe([topic]))
  const description = found.get(topic)
  if (description !== undefined) return description.partitions
  throw new InventoryEventsError('TOPIC_MISSING', `topic ${topic} does not exist`)
}
