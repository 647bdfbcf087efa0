const DEAD_LETTERS = '.dead-letters'
const REDRIVE = '.redrive'

export function deadLetterTopicOf(topic: string): string {
  return `${topic}${DEAD_LETTERS}`
}

/** The input topic that a dead-letter topic belongs to. */
export function inputTopicOf(deadLetterTopic: string): string {
  return deadLetterTopic.slice(0, -DEAD_LETTERS.length)
}

export function redriveTopicOf(topic: string): string {
  return `${topic}${REDRIVE}`
}

export function isRedrive({ topic }: { topic: string }): boolean {
  return topic.endsWith(REDRIVE)
}

/** The input topic that a redrive topic belongs to; undefined for other topics. */
export function redriveInputOf(topic: string): string | undefined {
  return isRedrive({ topic }) ? topic.slice(0, -REDRIVE.length) : undefined
}

/**
 * The marks topic of an input topic and a consumer group. Two pairs may share a name (`a.b` and `c`,
 * `a` and `b.c`); their marks differ, because each mark's hash includes the group.
 */
export function marksTopicOf(topic: string, groupId: string): string {
  return `${topic}.${groupId.replace(/[^\w.-]/g, '-')}.marks`
}

/** The topic that holds what plugins with state remember of the entities of an input topic. */
export function stateTopicOf(topic: string, groupId: string): string {
  return `${topic}.${groupId.replace(/[^\w.-]/g, '-')}.state`
}

/** The topic that holds a group's switches, shared by all of its replicas. */
export function controlTopicOf(groupId: string): string {
  return `${groupId.replace(/[^\w.-]/g, '-')}.control`
}

/** The topic in which each replica of a group says how it does. */
export function statusTopicOf(groupId: string): string {
  return `${groupId.replace(/[^\w.-]/g, '-')}.status`
}

/** The topic that says who did what to a group, when and why. */
export function auditTopicOf(groupId: string): string {
  return `${groupId.replace(/[^\w.-]/g, '-')}.audit`
}

/** The topics of one partition that a group has, whatever its inputs. */
export function groupTopicsOf(groupId: string): string[] {
  return [controlTopicOf(groupId), statusTopicOf(groupId), auditTopicOf(groupId)]
}

/** The topics that every input topic needs: dead letters and redrive. */
export function companionTopics(topic: string): string[] {
  return [deadLetterTopicOf(topic), redriveTopicOf(topic)]
}

/** The topics that the service consumes: the input topics and their redrive topics. */
export function readTopicsOf(inputs: readonly string[]): string[] {
  return [...inputs, ...inputs.map(redriveTopicOf)]
}

/** The topics that an input topic needs, each with at least as many partitions as the input. */
export function sinksOf(
  topic: string,
  config: { KAFKA_GROUP_ID: string; IDEMPOTENCY_STORE: string },
): string[] {
  const hasMarks = config.IDEMPOTENCY_STORE === 'kafka:'
  const marks = hasMarks ? [marksTopicOf(topic, config.KAFKA_GROUP_ID)] : []
  return [...companionTopics(topic), ...marks]
}
