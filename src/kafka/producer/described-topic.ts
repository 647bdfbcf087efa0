import { InventoryEventsError } from '../../util/errors.ts'
import type { Cluster, Topic } from '../protocol/cluster.ts'

/**
 * A topic to write to, with its partitions. Rejects with PRODUCE_UNACKNOWLEDGED, which is retryable, if
 * the brokers do not describe it.
 */
export async function describedTopic(cluster: Cluster, topic: string): Promise<Topic> {
  await cluster.want([topic])
  if (cluster.topic(topic) === undefined) await cluster.refresh()
  const known = cluster.topic(topic)
  if (known !== undefined) return known
  const why = cluster.missing.get(topic) ?? 'unknown'
  if (why === 'TOPIC_AUTHORIZATION_FAILED') throw Object.assign(new Error(why), { type: why })
  throw unacknowledged(topic, 'any partition')
}

export function unacknowledged(topic: string, where: string): InventoryEventsError {
  const message = `topic ${topic}: Kafka acknowledged no offset for ${where}; does it exist?`
  return new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', message, { retryable: true })
}
