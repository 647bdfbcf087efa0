const DEAD_LETTERS = '.dead-letters'
const REDRIVE = '.redrive'

export function deadLetterTopicOf(topic: string): string {
  return `${topic}${DEAD_LETTERS}`
}

/** The input topic that a dead-letter topic belongs to. */
export function inputTopicOf(letterTopic: string): string {
  return letterTopic.slice(0, -DEAD_LETTERS.length)
}

export function redriveTopicOf(topic: string): string {
  return `${topic}${REDRIVE}`
}

export function isRedrive({ topic }: { topic: string }): boolean {
  return topic.endsWith(REDRIVE)
}

/** The input topic whose dead letters come again through this one. */
export function redriveInputOf(topic: string): string | undefined {
  return isRedrive({ topic }) ? topic.slice(0, -REDRIVE.length) : undefined
}

/**
 * The ledger topic of an input topic and a consumer group. Two pairs may have one name (`a.b` and
 * `c`, `a` and `b.c`): their marks are told apart by the group that is part of each mark.
 */
export function marksTopicOf(topic: string, groupId: string): string {
  return `${topic}.${groupId.replace(/[^\w.-]/g, '-')}.marks`
}

/** Where a group's switches are kept, for all of its replicas. */
export function controlTopicOf(groupId: string): string {
  return `${groupId.replace(/[^\w.-]/g, '-')}.control`
}

/** The topics that an input topic needs beside it. */
export function companionTopics(topic: string): string[] {
  return [deadLetterTopicOf(topic), redriveTopicOf(topic)]
}

/** What the service reads: the input topics, and for each the dead letters that come again. */
export function readTopicsOf(inputs: readonly string[]): string[] {
  return [...inputs, ...inputs.map(redriveTopicOf)]
}

/** What an input topic needs beside it, partition for partition. */
export function sinksOf(
  topic: string,
  config: { KAFKA_GROUP_ID: string; IDEMPOTENCY_STORE: string },
): string[] {
  const hasLedger = config.IDEMPOTENCY_STORE === 'kafka:'
  const ledgers = hasLedger ? [marksTopicOf(topic, config.KAFKA_GROUP_ID)] : []
  return [deadLetterTopicOf(topic), redriveTopicOf(topic), ...ledgers]
}
