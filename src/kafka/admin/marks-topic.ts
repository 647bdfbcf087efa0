import { marksTopicOf } from '../../topics/names.ts'
import { fewerPartitions, missing } from './companion-topics.ts'
import type { WantedTopic } from './create-topics.ts'
import type { NewTopic, TopicAdmin, TopicDescription } from './topic-admin.ts'

/** The group that writes the marks, and how long a mark is valid. */
export interface MarksOwner {
  groupId: string
  ttlMs: number
}

/**
 * Kafka removes whole segments, and never the active one: short segments let old marks go in time.
 */
const SEGMENTS_PER_TTL = 6
const MIN_REPLICAS = 'min.insync.replicas'

/** Creates the marks topic of an existing input topic; an existing one is left unchanged. */
export async function createMarksTopic(
  admin: TopicAdmin,
  topic: string,
  { replicationFactor, configs }: Pick<WantedTopic, 'replicationFactor' | 'configs'>,
  owner: MarksOwner,
): Promise<string> {
  const { partitions } = (await admin.describe([topic])).get(topic)!
  const name = marksTopicOf(topic, owner.groupId)
  const isNew = await admin.create({
    topic: name,
    partitions,
    replicationFactor,
    configs: { ...durabilityOf(configs), ...retentionOf(owner) },
  })
  return isNew ? `${name}: created` : `${name}: exists`
}

/** Of the settings asked for the input, the one that makes the marks topic as durable. */
function durabilityOf(configs: NewTopic['configs']): NewTopic['configs'] {
  return Object.fromEntries(Object.entries(configs).filter(([name]) => name === MIN_REPLICAS))
}

function retentionOf({ ttlMs }: MarksOwner): NewTopic['configs'] {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(ttlMs),
    'segment.ms': String(Math.ceil(ttlMs / SEGMENTS_PER_TTL)),
  }
}

/** The problems of the marks topic of an input topic, one line each. */
export function marksProblems(
  topic: string,
  { groupId }: MarksOwner,
  found: ReadonlyMap<string, TopicDescription>,
): string[] {
  const name = marksTopicOf(topic, groupId)
  const input = found.get(topic)
  const marks = found.get(name)
  if (input === undefined) return []
  return marks === undefined ? [missing(name)] : fewerPartitions(name, marks, input)
}

/**
 * Warnings about a marks topic that keeps marks for less time than the records or settings need.
 */
export function marksWarnings(
  topic: string,
  { groupId, ttlMs }: MarksOwner,
  found: ReadonlyMap<string, TopicDescription>,
): string[] {
  const name = marksTopicOf(topic, groupId)
  const input = found.get(topic)
  const marks = found.get(name)
  if (input === undefined || marks === undefined) return []
  const rememberedMs = Math.min(marks.retentionMs, ttlMs)
  const warnings = []
  if (marks.retentionMs < ttlMs) {
    warnings.push(
      `${name}: retention.ms (${marks.retentionMs}) is below IDEMPOTENCY_TTL_MS (${ttlMs}): after a restart the lower value applies`,
    )
  }
  if (rememberedMs < input.retentionMs) {
    warnings.push(
      `completed events of ${topic} are remembered for ${rememberedMs} ms, but its records are kept for ${input.retentionMs} ms: an event that is read again later than that is handled again`,
    )
  }
  return warnings
}
