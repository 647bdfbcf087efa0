import type { Kafka } from 'kafkajs'
import { headersOf, headerText } from '../../event/headers.ts'
import { marksTopicOf, stateTopicOf } from '../../topics/names.ts'
import { copyLog } from './copy-log.ts'
import { FORMER_GROUP } from './marks-log.ts'

export interface GroupCopy {
  /** Input topics. */
  topics: readonly string[]
  from: string
  to: string
}

/**
 * Copies the marks of a group to another group, with the name of the group that made them. A mark does not
 * say which plugin it is of, so all are copied. Copying them again does no harm: of two marks of a key, the
 * first counts. Returns the number of records that hold them.
 */
export async function copyMarks(kafka: Kafka, { topics, from, to }: GroupCopy): Promise<number> {
  let copied = 0
  for (const topic of topics) {
    copied += await copyLog(kafka, {
      source: marksTopicOf(topic, from),
      target: marksTopicOf(topic, to),
      copyOf(record) {
        const group = headerText(record, FORMER_GROUP) ?? from
        const { value, headers } = record
        return { key: null, value, headers: headersOf({ [FORMER_GROUP]: group }, headers) }
      },
    })
  }
  return copied
}

/** Copies what plugins remember of entities. Copying it again does no harm: the last record of a key counts. */
export async function copyStates(
  kafka: Kafka,
  { topics, from, to }: GroupCopy,
  slugs: readonly string[],
): Promise<void> {
  const prefixes = slugs.map((slug) => `${slug}\u0000`)
  for (const topic of topics) {
    await copyLog(kafka, {
      source: stateTopicOf(topic, from),
      target: stateTopicOf(topic, to),
      copyOf({ key, value }) {
        const name = key?.toString('latin1') ?? ''
        return prefixes.some((prefix) => name.startsWith(prefix)) ? { key, value } : undefined
      },
    })
  }
}
