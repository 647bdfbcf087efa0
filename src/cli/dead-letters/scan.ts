import type { Kafka } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import { discardIn } from '../../dead-letter/discard.ts'
import { type ReadLetter, readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import type { SourceRecord } from '../../event/record.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { deadLetterTopicOf, inputTopicOf } from '../../topics/names.ts'
import { rangeOf } from '../shared/search-options.ts'
import type { Content, ContentReader } from './content.ts'
import type { LetterChoice } from './options.ts'

export interface ScanParts {
  kafka: Kafka
  config: Config<'KAFKA_BROKERS'>
  reader: ContentReader
  signal: AbortSignal
}

export interface Scanned extends Content {
  read: ReadLetter
  /** Its buffers are views: copy what is kept. */
  record: SourceRecord
}

/**
 * Calls back for each chosen dead letter of KAFKA_TOPICS, in partition order. Returns the names of the
 * events that it looked at.
 */
export async function scanLetters(
  choice: LetterChoice,
  { kafka, config, reader, signal }: ScanParts,
  onLetter: (found: Scanned) => void | Promise<void>,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  const { entity, ...range } = rangeOf(choice)

  async function look(read: ReadLetter, record: SourceRecord): Promise<void> {
    const content = await reader.read(record)
    if (content.name !== undefined) names.add(content.name)
    if (choice.kind !== undefined && content.name !== choice.kind) return
    if (choice.id !== undefined && !choice.id.includes(content.id ?? '')) return
    await onLetter({ ...content, read, record })
  }

  await search(kafka, {
    topics: config.KAFKA_TOPICS.map(deadLetterTopicOf),
    placedAs: inputTopicOf,
    ...range,
    ...(entity !== undefined && { key: entity }),
    signal,
    onRecord(record) {
      if (discardIn(record) !== undefined) return
      const read = readDeadLetter(record)
      return isChosen(read, choice) ? look(read, record) : undefined
    },
  })
  return names
}

/** Whether the headers fit. Those that an unreadable one lacks may be anything. */
function isChosen({ letter }: ReadLetter, { plugin, reason, group, places }: LetterChoice) {
  const fits = (wanted: string | undefined, found: string | undefined) =>
    wanted === undefined || found === undefined || found === wanted
  return (
    fits(plugin, letter.plugin) &&
    fits(reason, letter.reason) &&
    fits(group, letter.groupId) &&
    (places === undefined || places.includes(letter.place))
  )
}
