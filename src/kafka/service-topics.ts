import type { Kafka } from 'kafkajs'
import { InventoryEventsError } from '../event/errors.ts'
import { deadLetterTopicOf } from '../pipeline/dead-letter.ts'
import { withAdmin } from './admin.ts'

/** What the service needs before it starts: its input topics and their dead letters. */
export async function requireTopics(kafka: Kafka, topics: readonly string[]): Promise<void> {
  const needed = topics.flatMap((topic) => [topic, deadLetterTopicOf(topic)])
  const found = await withAdmin(kafka, (admin) => admin.describe(needed))
  const missing = needed.filter((topic) => !found.has(topic))
  if (missing.length === 0) return
  const what = missing.length === 1 ? 'topic does' : 'topics do'
  const message = `the ${what} not exist: ${missing.join(', ')}; create with \`inventory-events topics create\``
  throw new InventoryEventsError('TOPIC_MISSING', message)
}

/** The number of partitions that a topic has. */
export async function widthOf(kafka: Kafka, topic: string): Promise<number> {
  const found = await withAdmin(kafka, (admin) => admin.describe([topic]))
  const description = found.get(topic)
  if (description !== undefined) return description.partitions
  throw new InventoryEventsError('TOPIC_MISSING', `topic ${topic} does not exist`)
}
