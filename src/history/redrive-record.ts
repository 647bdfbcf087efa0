import type { RecordHeaders, SourceRecord } from '../event/record.ts'
import { headerText } from '../pipeline/envelope.ts'
import { ownHeaders, redriveTopicOf } from '../pipeline/redriven.ts'
import type { Letter } from './letter.ts'

/** A dead letter as it comes again: its original bytes, whom it is for and where it came from. */
export interface RedriveRecord {
  topic: string
  partition: number
  key: Buffer | null
  value: Buffer | null
  headers: RecordHeaders
}

export function redriveRecordOf(letter: Letter, record: SourceRecord): RedriveRecord {
  const { key, value, headers } = record
  return {
    topic: redriveTopicOf(letter.topic),
    partition: letter.partition,
    key,
    value,
    headers: {
      ...ownHeaders(headers),
      'redrive.plugin': letter.plugin,
      'redrive.group': letter.groupId,
      'redrive.generation': String(letter.redrives + 1),
      ...(letter.replay !== undefined && { 'redrive.replay': letter.replay }),
      'redrive.letter': letter.place,
      'dlq.topic': letter.topic,
      'dlq.partition': String(letter.partition),
      'dlq.offset': String(letter.offset),
      'dlq.timestamp': headers['dlq.timestamp'],
    },
  }
}

/** The place of the dead letter that a group's redriven record was; undefined for other groups'. */
export function redrivenLetterOf(record: SourceRecord, groupId: string): string | undefined {
  const isOfGroup = headerText(record, 'redrive.group') === groupId
  return isOfGroup ? headerText(record, 'redrive.letter') : undefined
}
