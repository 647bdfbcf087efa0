import type { Kafka } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import { decisionIn } from '../../dead-letter/decision.ts'
import { type ReadLetter, readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import type { SourceRecord } from '../../event/record.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { deadLetterTopicOf, inputTopicOf } from '../../topics/names.ts'
import type { LetterChoice } from './letter-choice.ts'

/** The id and the name of an event, as far as they are known. */
export interface Content {
  id: string | undefined
  name: string | undefined
}

export interface ContentReader {
  read(record: SourceRecord): Promise<Content>
}

export interface ScanParts {
  kafka: Kafka
  config: Pick<Config, 'KAFKA_TOPICS'>
  reader: ContentReader
  signal: AbortSignal
}

export interface Scanned extends Content {
  read: ReadLetter
  /** Its buffers are views: copy what is kept. */
  record: SourceRecord
}

export type Scan = (
  choice: LetterChoice,
  onLetter: (found: Scanned) => void | Promise<void>,
) => Promise<void>

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
  const { from, to, entity } = choice
  const places = choice.places && new Set(choice.places)

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
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
    ...(entity !== undefined && { key: entity }),
    signal,
    onRecord(record) {
      if (decisionIn(record) !== undefined) return
      const read = readDeadLetter(record)
      const isNamed = places === undefined || places.has(read.letter.place)
      return isNamed && isChosen(read, choice) ? look(read, record) : undefined
    },
  })
  return names
}

/** Whether the headers fit. Those that an unreadable one lacks may be anything. */
export function isChosen({ letter }: ReadLetter, { plugin, reason, group }: LetterChoice) {
  const fits = (wanted: string | undefined, found: string | undefined) =>
    wanted === undefined || found === undefined || found === wanted
  return fits(plugin, letter.plugin) && fits(reason, letter.reason) && fits(group, letter.groupId)
}
