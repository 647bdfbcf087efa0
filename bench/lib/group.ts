import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { waitUntil } from '../../src/dev/stack/process/poll.ts'
import { deleteResources } from '../../src/kafka/admin/delete-resources.ts'
import { createTopicsOfGroup } from '../../src/kafka/admin/group-topics.ts'
import { createMarksTopic } from '../../src/kafka/admin/marks-topic.ts'
import { withAdmin } from '../../src/kafka/admin/topic-admin.ts'
import { groupTopicsOf, marksTopicOf } from '../../src/topics/names.ts'

const TTL_MS = 86_400_000
const JOIN_MS = 120_000

/** Creates a consumer group with its topics, for a single run. */
export async function withGroup<T>(
  kafka: Kafka,
  topic: string,
  work: (groupId: string) => Promise<T>,
): Promise<T> {
  const groupId = `bench-${randomUUID().slice(0, 8)}`
  await withAdmin(kafka, async (admin) => {
    const wanted = { replicationFactor: -1, configs: {} }
    await createMarksTopic(admin, topic, wanted, { groupId, ttlMs: TTL_MS })
    await createTopicsOfGroup(admin, groupId, wanted)
  })
  try {
    return await work(groupId)
  } finally {
    const topics = [marksTopicOf(topic, groupId), ...groupTopicsOf(groupId)]
    await deleteResources(kafka, { topics, groups: [groupId, `${groupId}.crashes`] })
  }
}

/** Waits until the group has that many members with partitions. */
export async function untilJoined(kafka: Kafka, groupId: string, members: number): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  const areJoined = async () => {
    const { groups } = await admin.describeGroups([groupId])
    return groups[0]?.state === 'Stable' && groups[0].members.length === members
  }
  const inTime = await waitUntil(areJoined, { timeoutMs: JOIN_MS }).finally(() =>
    admin.disconnect(),
  )
  if (inTime) return
  throw new Error(`${members} members did not share ${groupId} within ${JOIN_MS / 1_000} s`)
}
