import type { Kafka } from 'kafkajs'
import { deleteResources } from '../kafka/admin/delete-resources.ts'
import { memberCount } from '../kafka/admin/group-members.ts'
import { createMarksTopic } from '../kafka/admin/marks-topic.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { topicsOf } from '../kafka/reader/offset-ranges.ts'
import { crashGroupOf } from '../kafka/state/crash-store.ts'
import { seedOffsets } from '../kafka/state/seed-offsets.ts'
import type { ServiceConfig } from '../service/consumer-group.ts'
import { marksTopicOf } from '../topics/names.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { type ReplayPlan, replayGroupOf } from './plan.ts'

interface Parts {
  config: ServiceConfig
  kafka: Kafka
}

/** Creates the topics and offsets of a plan's group. Safe to repeat, also while it has members. */
export async function createGroupResources(
  { config, kafka }: Parts,
  plan: ReplayPlan,
): Promise<void> {
  const groupId = replayGroupOf(config.KAFKA_GROUP_ID, plan)
  if (hasOwnMarks(config, plan)) {
    const owner = { groupId, ttlMs: config.IDEMPOTENCY_TTL_MS }
    const wanted = { replicationFactor: -1, configs: {} }
    await withAdmin(kafka, async (admin) => {
      const existing = await admin.list()
      for (const topic of topicsOf(plan.ranges)) {
        if (existing.includes(marksTopicOf(topic, groupId))) continue
        await createMarksTopic(admin, topic, wanted, owner)
      }
    })
  }
  await seedOffsets(kafka, groupId, plan.ranges)
}

/**
 * Deletes them again, if the group has no members left. Leftovers do no harm, because the next replay
 * has a group of its own.
 */
export async function deleteGroupResources(
  { config, kafka, log }: Parts & { log: Pick<Logger, 'warn'> },
  plan: ReplayPlan,
): Promise<void> {
  const groupId = replayGroupOf(config.KAFKA_GROUP_ID, plan)
  const topics = hasOwnMarks(config, plan)
    ? topicsOf(plan.ranges).map((topic) => marksTopicOf(topic, groupId))
    : []
  try {
    if ((await memberCount(kafka, groupId)) > 0) return
    await deleteResources(kafka, { topics, groups: [groupId, crashGroupOf(groupId)] })
  } catch (error) {
    log.warn(
      { group: groupId, error: messageOf(error) },
      "could not delete the replay's group and topics",
    )
  }
}

function hasOwnMarks(config: ServiceConfig, { purpose }: ReplayPlan): boolean {
  return purpose === 'replay' && config.IDEMPOTENCY_STORE === 'kafka:'
}
