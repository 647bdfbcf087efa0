import { marksTopicOf } from '../../topics/names.ts'
import { durationText } from '../../util/text/duration.ts'
import { fewerPartitions, missing } from './companion-topics.ts'
import { createOne, durabilityOf } from './create-one.ts'
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

/** Creates the marks topic of an existing input topic; an existing one is left unchanged. */
export async function createMarksTopic(
  admin: TopicAdmin,
  topic: string,
  { replicationFactor, configs }: Pick<WantedTopic, 'replicationFactor' | 'configs'>,
  owner: MarksOwner,
): Promise<string> {
  const { partitions } = (await admin.describe([topic])).get(topic)!
  return createOne(admin, {
    topic: marksTopicOf(topic, owner.groupId),
    partitions,
    replicationFactor,
    configs: { ...durabilityOf(configs), ...retentionOf(owner) },
  })
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

export interface MarksFinding {
  level: 'warn' | 'info'
  text: string
}

/**
 * Where a marks topic keeps marks for less time than the settings or the records need. That records
 * outlive their marks is no warning while marks last as long as they do by default.
 */
export function marksFindings(
  topic: string,
  { groupId, ttlMs, defaultTtlMs }: MarksOwner & { defaultTtlMs: number },
  found: ReadonlyMap<string, TopicDescription>,
): MarksFinding[] {
  const name = marksTopicOf(topic, groupId)
  const input = found.get(topic)
  const marks = found.get(name)
  if (input?.retentionMs === undefined || marks?.retentionMs === undefined) return []
  const rememberedMs = Math.min(marks.retentionMs, ttlMs)
  const findings: MarksFinding[] = []
  if (marks.retentionMs < ttlMs) {
    const text = `${name}: retention.ms (${durationText(marks.retentionMs)}) is below IDEMPOTENCY_TTL_MS (${durationText(ttlMs)}): after a restart the lower value applies`
    findings.push({ level: 'warn', text })
  }
  if (rememberedMs < input.retentionMs) {
    const text = `completed events of ${topic} are remembered for ${durationText(rememberedMs)}, but its records are kept for ${durationText(input.retentionMs)}: an event that is read again later than that is handled again`
    findings.push({ level: rememberedMs < defaultTtlMs ? 'warn' : 'info', text })
  }
  return findings
}
