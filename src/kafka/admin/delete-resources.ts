import type { Admin, Kafka } from 'kafkajs'
import { withRequestLimit } from '../client/request-limit.ts'
import { withAdminClient } from './admin-client.ts'

const LIMIT_MS = 30_000

interface Resources {
  topics: readonly string[]
  groups: readonly string[]
}

/**
 * Deletes topics and consumer groups; those that do not exist are ignored. The groups must have no
 * members. Rejects with KAFKA_UNAVAILABLE or KAFKA_REFUSED.
 */
export function deleteResources(kafka: Kafka, resources: Resources): Promise<void> {
  const doing = `delete ${[...resources.topics, ...resources.groups].join(', ')}`
  return withAdminClient(kafka, (admin) =>
    withRequestLimit(connectAndDelete(admin, resources), doing, LIMIT_MS),
  )
}

async function connectAndDelete(admin: Admin, { topics, groups }: Resources): Promise<void> {
  await admin.connect()
  const listedTopics = new Set(await admin.listTopics())
  const existingTopics = topics.filter((topic) => listedTopics.has(topic))
  if (existingTopics.length > 0) await admin.deleteTopics({ topics: existingTopics })
  const listedGroups = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId))
  const existingGroups = groups.filter((group) => listedGroups.has(group))
  if (existingGroups.length > 0) await admin.deleteGroups(existingGroups)
}
