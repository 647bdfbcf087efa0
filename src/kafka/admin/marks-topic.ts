import { marksTopicOf } from '../../topics/names.ts'
import { fewerPartitions, missing } from './companion-topics.ts'
import type { WantedTopic } from './create-topics.ts'
import type { NewTopic, TopicAdmin, TopicDescription } from './topic-admin.ts'

/** Whose marks they are and how long they count. */
export interface MarksOwner {
  groupId: string
  ttlMs: number
}

/** Records are removed by whole segments, the newest never: so old marks go away in good time. */
const SEGMENTS_PER_TTL = 6
const MIN_REPLICAS = 'min.insync.replicas'

/** Creates the ledger of an existing input topic; one that is there is left as it is. */
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
    configs: { ...safetyOf(configs), ...lifeOf(owner) },
  })
  return isNew ? `${name}: created` : `${name}: exists`
}

/** Of what was asked for the input, only what keeps the ledger as safe as that. */
function safetyOf(configs: NewTopic['configs']): NewTopic['configs'] {
  return Object.fromEntries(Object.entries(configs).filter(([name]) => name === MIN_REPLICAS))
}

function lifeOf({ ttlMs }: MarksOwner): NewTopic['configs'] {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(ttlMs),
    'segment.ms': String(Math.ceil(ttlMs / SEGMENTS_PER_TTL)),
  }
}

/** What is wrong with the ledger of an input topic. */
export function marksProblems(
  topic: string,
  { groupId }: MarksOwner,
  found: ReadonlyMap<string, TopicDescription>,
): string[] {
  const name = marksTopicOf(topic, groupId)
  const input = found.get(topic)
  const ledger = found.get(name)
  if (input === undefined) return []
  return ledger === undefined ? [missing(name)] : fewerPartitions(name, ledger, input)
}

/** What to tell of ledgers that forget sooner than records or settings do. */
export function marksWarnings(
  topic: string,
  { groupId, ttlMs }: MarksOwner,
  found: ReadonlyMap<string, TopicDescription>,
): string[] {
  const name = marksTopicOf(topic, groupId)
  const input = found.get(topic)
  const ledger = found.get(name)
  if (input === undefined || ledger === undefined) return []
  const rememberedMs = Math.min(ledger.retentionMs, ttlMs)
  const warnings = []
  if (ledger.retentionMs < ttlMs) {
    warnings.push(
      `${name}: its retention.ms, ${ledger.retentionMs}, is below IDEMPOTENCY_TTL_MS, ${ttlMs}: after a restart the lower one counts`,
    )
  }
  if (rememberedMs < input.retentionMs) {
    warnings.push(
      `completed events of ${topic} are remembered for ${rememberedMs} ms, its records are kept for ${input.retentionMs} ms: an event that is read again after the former is handled again`,
    )
  }
  return warnings
}
