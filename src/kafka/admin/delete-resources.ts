import type { Kafka } from 'kafkajs'
import { withTimeout } from '../../util/with-timeout.ts'
import { kafkaError } from '../client/errors.ts'

const LIMIT_MS = 30_000

/**
 * Deletes topics and consumer groups; those that do not exist are ignored. The groups must have no
 * members. Rejects with KAFKA_UNAVAILABLE or KAFKA_REFUSED.
 */
export async function deleteResources(
  kafka: Kafka,
  { topics, groups }: { topics: readonly string[]; groups: readonly string[] },
): Promise<void> {
  const admin = kafka.admin()
  const remove = async () => {
    await admin.connect()
    const thereTopics = new Set(await admin.listTopics())
    const gone = topics.filter((topic) => thereTopics.has(topic))
    if (gone.length > 0) await admin.deleteTopics({ topics: gone })
    const thereGroups = (await admin.listGroups()).groups.map(({ groupId }) => groupId)
    const left = groups.filter((group) => thereGroups.includes(group))
    if (left.length > 0) await admin.deleteGroups(left)
  }
  try {
    await withTimeout(remove(), LIMIT_MS, () => new Error(`no answer within ${LIMIT_MS / 1000} s`))
  } catch (error) {
    throw kafkaError(error, `delete ${[...topics, ...groups].join(', ')}`)
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}
