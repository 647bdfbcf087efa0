import { storeChoice } from '../config/value-types.ts'
import { createControlTopic } from '../kafka/admin/control-topic.ts'
import { createMarksTopic, marksProblems } from '../kafka/admin/marks-topic.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { requireControlTopic } from '../kafka/state/control-log.ts'
import { marksTopicOf } from '../topics/names.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { SplitParts } from './plan-split.ts'

/** As the brokers' defaults have it. */
const WANTED = { replicationFactor: -1, configs: {} }

/**
 * Creates the topics that only this group has, where they are missing. Rejects with TOPIC_MISSING if one
 * that exists is not as it must be.
 */
export async function createGroupTopics(
  { config, kafka }: SplitParts,
  groupId: string,
): Promise<void> {
  const owner = { groupId, ttlMs: config.IDEMPOTENCY_TTL_MS }
  const hasMarks = storeChoice(config.IDEMPOTENCY_STORE).kind === 'kafka'
  const inputs = hasMarks ? config.KAFKA_TOPICS : []
  const problems = await withAdmin(kafka, async (admin) => {
    await createControlTopic(admin, groupId, WANTED)
    for (const input of inputs) await createMarksTopic(admin, input, WANTED, owner)
    const names = inputs.flatMap((input) => [input, marksTopicOf(input, groupId)])
    const found = await admin.describe(names)
    return inputs.flatMap((input) => marksProblems(input, owner, found))
  })
  if (problems.length > 0) throw new InventoryEventsError('TOPIC_MISSING', problems.join('\n'))
  await requireControlTopic(kafka, groupId)
}
