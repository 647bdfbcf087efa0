import { stateTopicOf } from '../../topics/names.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { fewerPartitions, missing } from './companion-topics.ts'
import { createOne, durabilityOf } from './create-one.ts'
import type { WantedTopic } from './create-topics.ts'
import type { TopicAdmin, TopicDescription } from './topic-admin.ts'

/**
 * The active segment is never compacted, and all of it is read when a partition is taken over: a small
 * one keeps that short.
 */
const SEGMENT_MS = 3_600_000
/** For as long, what was there before can still be read: a failover may go back to it. */
const COMPACTION_LAG_MS = 3_600_000

/** Creates the state topic of an existing input topic; an existing one is left unchanged. */
export async function createStateTopic(
  admin: TopicAdmin,
  topic: string,
  { replicationFactor, configs }: Pick<WantedTopic, 'replicationFactor' | 'configs'>,
  groupId: string,
): Promise<string> {
  const { partitions } = (await admin.describe([topic])).get(topic)!
  return createOne(admin, {
    topic: stateTopicOf(topic, groupId),
    partitions,
    replicationFactor,
    configs: {
      'cleanup.policy': 'compact',
      'segment.ms': String(SEGMENT_MS),
      'min.compaction.lag.ms': String(COMPACTION_LAG_MS),
      ...durabilityOf(configs),
    },
  })
}

/**
 * The problems of an input topic's state topic, one line each. One that deletes by age would forget
 * entities; one that is wider belongs to an input with other partitions.
 */
export function stateProblems(
  topic: string,
  groupId: string,
  found: ReadonlyMap<string, TopicDescription>,
): string[] {
  const name = stateTopicOf(topic, groupId)
  const input = found.get(topic)
  const state = found.get(name)
  if (input === undefined) return []
  if (state === undefined) return [`${missing(name)} and its option --state`]
  const problems = fewerPartitions(name, state, input)
  if (state.cleanupPolicy !== undefined && state.cleanupPolicy !== 'compact') {
    problems.push(`${name}: expected cleanup.policy compact, got ${state.cleanupPolicy}`)
  }
  return problems
}

/** Rejects with TOPIC_MISSING unless the state topics of all inputs are as plugins with state need them. */
export async function requireStateTopics(
  admin: TopicAdmin,
  topics: readonly string[],
  groupId: string,
): Promise<void> {
  const names = topics.flatMap((topic) => [topic, stateTopicOf(topic, groupId)])
  const found = await admin.describe(names)
  const problems = topics.flatMap((topic) => stateProblems(topic, groupId, found))
  if (problems.length === 0) return
  const lines = ['plugins with state need state topics:', ...problems]
  throw new InventoryEventsError('TOPIC_MISSING', lines.join('\n  '))
}
