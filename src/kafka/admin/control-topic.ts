import { controlTopicOf } from '../../topics/names.ts'
import { missing } from './companion-topics.ts'
import { createOne, durabilityOf } from './create-one.ts'
import type { WantedTopic } from './create-topics.ts'
import type { TopicAdmin, TopicDescription } from './topic-admin.ts'

/** How long the history of a switch stays readable before compaction keeps only the last change. */
const HISTORY_MS = 30 * 86_400_000

/** Creates a group's control topic; an existing one is left unchanged. Returns a line to print. */
export async function createControlTopic(
  admin: TopicAdmin,
  groupId: string,
  { replicationFactor, configs }: Pick<WantedTopic, 'replicationFactor' | 'configs'>,
): Promise<string> {
  return createOne(admin, {
    topic: controlTopicOf(groupId),
    partitions: 1,
    replicationFactor,
    configs: {
      'cleanup.policy': 'compact',
      'min.compaction.lag.ms': String(HISTORY_MS),
      ...durabilityOf(configs),
    },
  })
}

/** The problems of a group's control topic, one line each. */
export function controlProblems(
  groupId: string,
  found: ReadonlyMap<string, TopicDescription>,
): string[] {
  const topic = controlTopicOf(groupId)
  const description = found.get(topic)
  if (description === undefined) return [missing(topic)]
  const { partitions, cleanupPolicy } = description
  const problems = []
  if (partitions !== 1) problems.push(`${topic}: expected 1 partition, got ${partitions}`)
  if (cleanupPolicy !== undefined && cleanupPolicy !== 'compact') {
    problems.push(
      `${topic}: expected cleanup.policy to be compact, got ${cleanupPolicy}: switches would be lost`,
    )
  }
  return problems
}
