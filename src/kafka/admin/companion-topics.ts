import { companionTopics } from '../../topics/names.ts'
import type { TopicDescription } from './topic-admin.ts'

/** Room for the `dlq.*` headers on top of the input's largest record. */
export const HEADER_ROOM_BYTES = 65_536

/**
 * The problems of an input topic and its companions: a topic that is missing, has fewer partitions
 * than the input, or cannot hold the input's largest record. One line each, beginning with the
 * topic.
 */
export function topicProblems(
  topic: string,
  found: ReadonlyMap<string, TopicDescription>,
): string[] {
  const input = found.get(topic)
  if (input === undefined) return [missing(topic)]
  return companionTopics(topic).flatMap((name) => {
    const companion = found.get(name)
    return companion === undefined ? [missing(name)] : companionProblems(name, companion, input)
  })
}

function companionProblems(name: string, companion: TopicDescription, input: TopicDescription) {
  const problems = fewerPartitions(name, companion, input)
  if (input.maxMessageBytes === undefined || companion.maxMessageBytes === undefined)
    return problems
  const leastBytes = input.maxMessageBytes + HEADER_ROOM_BYTES
  if (companion.maxMessageBytes < leastBytes && !companion.isMessageLimitFixed) {
    problems.push(
      `${name}: expected max.message.bytes of at least ${leastBytes}, got ${companion.maxMessageBytes}`,
    )
  }
  return problems
}

export function fewerPartitions(
  name: string,
  companion: TopicDescription,
  input: TopicDescription,
): string[] {
  if (companion.partitions >= input.partitions) return []
  return [
    `${name}: expected ${input.partitions} partitions as its input has, got ${companion.partitions}`,
  ]
}

export function missing(topic: string): string {
  return `${topic}: topic does not exist; create it with "inventory-events topics create"`
}
