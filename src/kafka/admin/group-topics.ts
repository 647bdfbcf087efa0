import { auditTopicOf, controlTopicOf, statusTopicOf } from '../../topics/names.ts'
import { missing } from './companion-topics.ts'
import { createOne, durabilityOf } from './create-one.ts'
import type { WantedTopic } from './create-topics.ts'
import type { NewTopic, TopicAdmin, TopicDescription } from './topic-admin.ts'

/** How long the history of a switch stays readable before compaction keeps only the last change. */
const HISTORY_MS = 30 * 86_400_000
/** What a replica said an hour ago helps nobody; its minutes fill the charts of the last hour. */
const STATUS_KEPT_MS = 3_600_000
/** Only segments that are full are compacted, so they are short: the smallest that every service allows. */
const STATUS_SEGMENT_MS = 600_000
const UNLIMITED = '-1'

interface GroupTopic {
  nameOf(groupId: string): string
  configs: NewTopic['configs']
  /** What the cleanup policy must do, and what would happen otherwise. */
  needs: (policy: string) => string | undefined
}

const GROUP_TOPICS: readonly GroupTopic[] = [
  {
    nameOf: controlTopicOf,
    configs: { 'cleanup.policy': 'compact', 'min.compaction.lag.ms': String(HISTORY_MS) },
    needs: (policy) =>
      policy === 'compact' ? undefined : `compact, got ${policy}: switches would be lost`,
  },
  {
    nameOf: statusTopicOf,
    configs: {
      'cleanup.policy': 'compact,delete',
      'retention.ms': String(STATUS_KEPT_MS),
      'segment.ms': String(STATUS_SEGMENT_MS),
      'min.cleanable.dirty.ratio': '0.1',
    },
    // Services that can't do both may delete only: an hour of records is little.
    needs: (policy) =>
      policy.includes('delete')
        ? undefined
        : `compact,delete, got ${policy}: replicas that are gone would never be forgotten`,
  },
  {
    nameOf: auditTopicOf,
    configs: { 'cleanup.policy': 'delete', 'retention.ms': UNLIMITED },
    needs: (policy) =>
      policy === 'delete' ? undefined : `delete, got ${policy}: records without a key are refused`,
  },
]

/** Creates the topics of a group; existing ones are left unchanged. Returns a line to print for each. */
export async function createTopicsOfGroup(
  admin: TopicAdmin,
  groupId: string,
  { replicationFactor, configs }: Pick<WantedTopic, 'replicationFactor' | 'configs'>,
): Promise<string[]> {
  const lines = []
  for (const { nameOf, configs: own } of GROUP_TOPICS) {
    const wanted = { ...own, ...durabilityOf(configs) }
    const topic = nameOf(groupId)
    lines.push(await createOne(admin, { topic, partitions: 1, replicationFactor, configs: wanted }))
  }
  return lines
}

/** The problems of a group's topics, one line each. `only` names the one that is looked at. */
export function groupTopicProblems(
  groupId: string,
  found: ReadonlyMap<string, TopicDescription>,
  only?: string,
): string[] {
  return GROUP_TOPICS.filter(
    ({ nameOf }) => only === undefined || nameOf(groupId) === only,
  ).flatMap(({ nameOf, needs }) => problemsOf(nameOf(groupId), needs, found))
}

function problemsOf(
  topic: string,
  needs: GroupTopic['needs'],
  found: ReadonlyMap<string, TopicDescription>,
): string[] {
  const description = found.get(topic)
  if (description === undefined) return [missing(topic)]
  const { partitions, cleanupPolicy } = description
  const wrong = cleanupPolicy === undefined ? undefined : needs(cleanupPolicy)
  return [
    ...(partitions === 1 ? [] : [`${topic}: expected 1 partition, got ${partitions}`]),
    ...(wrong === undefined ? [] : [`${topic}: expected cleanup.policy to be ${wrong}`]),
  ]
}
