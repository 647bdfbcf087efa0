import { companionTopics } from '../../topics/names.ts'
import { HEADER_ROOM_BYTES } from './companion-topics.ts'
import { createOne } from './create-one.ts'
import type { NewTopic, TopicAdmin, TopicDescription } from './topic-admin.ts'

/** The settings of a new input topic; its companions follow it. */
export interface WantedTopic {
  partitions: number
  /** -1 takes the cluster's default. */
  replicationFactor: number
  configs: Readonly<Record<string, string>>
}

/** Not copied to the companions: only right for the input, or calculated for each companion. */
const INPUT_ONLY = ['cleanup.policy', 'max.message.bytes', 'retention.ms', 'retention.bytes']

/** A dead letter waits for people: it outlives holidays, whatever the input's retention. */
const DEAD_LETTERS_KEPT_MS = 30 * 86_400_000
const UNLIMITED = '-1'

/**
 * Creates the input topic and its companions where they are missing. Existing topics are left
 * unchanged; new companions take partition count and message limit from the input as it is. Returns
 * a line to print for each topic.
 */
export async function createWithCompanions(
  admin: TopicAdmin,
  topic: string,
  wanted: WantedTopic,
): Promise<string[]> {
  const lines = [await createOne(admin, { topic, ...wanted })]
  const input = (await admin.describe([topic])).get(topic)!
  for (const name of companionTopics(topic)) {
    lines.push(await createOne(admin, companionOf(input, name, wanted)))
  }
  return lines
}

function companionOf(input: TopicDescription, name: string, wanted: WantedTopic): NewTopic {
  const shared = Object.entries(wanted.configs).filter(([key]) => !INPUT_ONLY.includes(key))
  return {
    topic: name,
    partitions: input.partitions,
    replicationFactor: wanted.replicationFactor,
    configs: {
      ...Object.fromEntries(shared),
      ...messageLimitFor(input),
      'retention.ms': retentionFor(input),
    },
  }
}

/** Nothing where the cluster has one limit that nobody can change. */
function messageLimitFor({
  maxMessageBytes,
  isMessageLimitFixed,
}: TopicDescription): NewTopic['configs'] {
  if (maxMessageBytes === undefined || isMessageLimitFixed) return {}
  return { 'max.message.bytes': String(maxMessageBytes + HEADER_ROOM_BYTES) }
}

/**
 * Never below the input's. The redrive topic keeps its records for as long, because they are what says
 * that a dead letter was redriven.
 */
function retentionFor({ retentionMs = 0 }: TopicDescription): string {
  return retentionMs === Infinity ? UNLIMITED : String(Math.max(retentionMs, DEAD_LETTERS_KEPT_MS))
}
