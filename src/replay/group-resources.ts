import type { Kafka } from 'kafkajs'
import { currentPostgresUrl } from '../config/postgres-login.ts'
import type { Config } from '../config/settings.ts'
import { storeChoice } from '../config/value-types.ts'
import { deleteResources } from '../kafka/admin/delete-resources.ts'
import { memberCount } from '../kafka/admin/group-members.ts'
import { createMarksTopic } from '../kafka/admin/marks-topic.ts'
import { createStateTopic } from '../kafka/admin/state-topic.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { topicsOf } from '../kafka/reader/offset-ranges.ts'
import { crashGroupOf } from '../kafka/state/crash-store.ts'
import { seedOffsets } from '../kafka/state/seed-offsets.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { marksTopicOf, stateTopicOf } from '../topics/names.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { type ReplayPlan, replayGroupOf } from './plan.ts'

interface Parts {
  config: Config<'KAFKA_BROKERS'>
  kafka: Kafka
  plugin: Pick<LoadedPlugin, 'slug' | 'state'>
}

/** Creates the topics and offsets of a plan's group. Safe to repeat, also while it has members. */
export async function createGroupResources(
  { config, kafka, plugin }: Parts,
  plan: ReplayPlan,
): Promise<void> {
  const groupId = replayGroupOf(config.KAFKA_GROUP_ID, plan)
  if (hasOwnMarks(config, plan)) {
    const owner = { groupId, ttlMs: config.IDEMPOTENCY_TTL_MS }
    const wanted = { replicationFactor: -1, configs: {} }
    await withAdmin(kafka, async (admin) => {
      const existing = await admin.list()
      for (const topic of topicsOf(plan.ranges)) {
        if (!existing.includes(marksTopicOf(topic, groupId)))
          await createMarksTopic(admin, topic, wanted, owner)
        if (plugin.state !== undefined && !existing.includes(stateTopicOf(topic, groupId)))
          await createStateTopic(admin, topic, wanted, groupId)
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
  { config, kafka, plugin, log }: Parts & { log: Pick<Logger, 'warn'> },
  plan: ReplayPlan,
): Promise<void> {
  const groupId = replayGroupOf(config.KAFKA_GROUP_ID, plan)
  const topics = hasOwnMarks(config, plan)
    ? topicsOf(plan.ranges).flatMap((topic) => [
        marksTopicOf(topic, groupId),
        stateTopicOf(topic, groupId),
      ])
    : []
  try {
    if ((await memberCount(kafka, groupId)) > 0) return
    await deleteResources(kafka, { topics, groups: [groupId, crashGroupOf(groupId)] })
    if (plugin.state !== undefined) await deleteRows(config, groupId, plugin.slug)
  } catch (error) {
    log.warn(
      { group: groupId, error: messageOf(error) },
      "could not delete the replay's group and topics",
    )
  }
}

function hasOwnMarks(config: Config<'KAFKA_BROKERS'>, { purpose }: ReplayPlan): boolean {
  return purpose !== 'enable' && config.IDEMPOTENCY_STORE === 'kafka:'
}

/** The states of a replay, where they are rows. */
async function deleteRows(
  config: Config<'KAFKA_BROKERS'>,
  groupId: string,
  slug: string,
): Promise<void> {
  const choice = storeChoice(config.IDEMPOTENCY_STORE)
  if (choice.kind !== 'postgres') return
  const { deleteStates } = await import('../idempotency/postgres/states/replace-states.ts')
  await deleteStates(() => currentPostgresUrl(config, choice.url), groupId, slug)
}
