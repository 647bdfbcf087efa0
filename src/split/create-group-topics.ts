import { storeChoice } from '../config/value-types.ts'
import { createTopicsOfGroup } from '../kafka/admin/group-topics.ts'
import { createMarksTopic, marksProblems } from '../kafka/admin/marks-topic.ts'
import { createStateTopic, stateProblems } from '../kafka/admin/state-topic.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { requireControlTopic } from '../kafka/state/control-log.ts'
import { marksTopicOf, stateTopicOf } from '../topics/names.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { SplitParts, SplitPlan } from './plan-split.ts'

/** As the brokers' defaults have it. */
const WANTED = { replicationFactor: -1, configs: {} }

/**
 * Creates the topics that only the new group has, where they are missing; those of states where the old
 * group has them. Returns the inputs that have states. Rejects with TOPIC_MISSING if a topic that exists is
 * not as it must be.
 */
export async function createGroupTopics(
  { config, kafka }: SplitParts,
  { from, to: groupId }: Pick<SplitPlan, 'from' | 'to'>,
): Promise<string[]> {
  const owner = { groupId, ttlMs: config.IDEMPOTENCY_TTL_MS }
  const hasMarks = storeChoice(config.IDEMPOTENCY_STORE).kind === 'kafka'
  const inputs = hasMarks ? config.KAFKA_TOPICS : []
  const { stateful, problems } = await withAdmin(kafka, async (admin) => {
    const existing = await admin.list()
    const stateful = inputs.filter((input) => existing.includes(stateTopicOf(input, from)))
    await createTopicsOfGroup(admin, groupId, WANTED)
    for (const input of inputs) await createMarksTopic(admin, input, WANTED, owner)
    for (const input of stateful) await createStateTopic(admin, input, WANTED, groupId)
    const namesOf = (input: string) => [marksTopicOf(input, groupId), stateTopicOf(input, groupId)]
    const found = await admin.describe(inputs.flatMap((input) => [input, ...namesOf(input)]))
    const problems = [
      ...inputs.flatMap((input) => marksProblems(input, owner, found)),
      ...stateful.flatMap((input) => stateProblems(input, groupId, found)),
    ]
    return { stateful, problems }
  })
  if (problems.length > 0) throw new InventoryEventsError('TOPIC_MISSING', problems.join('\n'))
  await requireControlTopic(kafka, groupId)
  return stateful
}
