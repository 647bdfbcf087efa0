import { marksTopicOf } from '../idempotency/marks-topic.ts'
import type { NewTopic, TopicAdmin, TopicDescription } from './admin.ts'

/** Whose marks they are and how long they count. */
export interface MarksOwner {
  groupId: string
  ttlMs: number
}

/** Records are removed by whole segments, the newest never: so old marks go away in good time. */
const SEGMENTS_PER_TTL = 6

/** The ledger as it must be for an input topic of that width. */
export function marksTopic(
  topic: string,
  partitions: number,
  replicationFactor: number,
  { groupId, ttlMs }: MarksOwner,
): NewTopic {
  return {
    topic: marksTopicOf(topic, groupId),
    partitions,
    replicationFactor,
    configs: {
      'cleanup.policy': 'delete',
      'retention.ms': String(ttlMs),
      'segment.ms': String(Math.ceil(ttlMs / SEGMENTS_PER_TTL)),
    },
  }
}

/** Creates the ledger of an existing input topic; one that is there is left as it is. */
export async function createMarksTopic(
  admin: TopicAdmin,
  topic: string,
  replicationFactor: number,
  owner: MarksOwner,
): Promise<string> {
  const input = (await admin.describe([topic])).get(topic)!
  const wanted = marksTopic(topic, input.partitions, replicationFactor, owner)
  const isNew = await admin.create(wanted)
  return isNew ? `${wanted.topic}: created` : `${wanted.topic}: exists`
}

/** What the service should be told of the ledgers of its input topics before it starts. */
export function marksWarnings(
  topics: readonly string[],
  found: ReadonlyMap<string, TopicDescription>,
  { groupId, ttlMs }: MarksOwner,
): string[] {
  return topics.flatMap((topic) => {
    const name = marksTopicOf(topic, groupId)
    const marksMs = found.get(name)?.retentionMs
    const inputMs = found.get(topic)?.retentionMs
    if (marksMs === undefined || inputMs === undefined) return []
    const problems = []
    if (marksMs < ttlMs) {
      problems.push(
        `${name} keeps completed events for ${marksMs} ms, IDEMPOTENCY_TTL_MS is ${ttlMs}: after a restart they are remembered for the shorter time`,
      )
    }
    if (Math.min(marksMs, ttlMs) < inputMs) {
      const remembered = Math.min(marksMs, ttlMs)
      problems.push(
        `completed events of ${topic} are remembered for ${remembered} ms, its records are kept for ${inputMs} ms: what is read again after that is handled again`,
      )
    }
    return problems
  })
}
