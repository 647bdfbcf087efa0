import { headerText, type RecordHeaders, type SourceRecord } from '../event/record.ts'
import { redriveTopicOf } from '../topics/names.ts'
import { DLQ, ownHeaders, REDRIVE } from './headers.ts'
import type { DeadLetterInfo } from './read-dead-letter.ts'

/** A dead letter as it comes again: its original bytes, whom it is for and where it came from. */
export interface RedriveRecord {
  topic: string
  partition: number
  key: Buffer | null
  value: Buffer | null
  headers: RecordHeaders
}

export function redriveRecordOf(letter: DeadLetterInfo, record: SourceRecord): RedriveRecord {
  const { key, value, headers } = record
  return {
    topic: redriveTopicOf(letter.topic),
    partition: letter.partition,
    key,
    value,
    headers: {
      ...ownHeaders(headers),
      [REDRIVE.plugin]: letter.plugin,
      [REDRIVE.group]: letter.groupId,
      [REDRIVE.generation]: String(letter.redrives + 1),
      ...(letter.replay !== undefined && { [REDRIVE.replay]: letter.replay }),
      [REDRIVE.letter]: letter.place,
      [DLQ.topic]: letter.topic,
      [DLQ.partition]: String(letter.partition),
      [DLQ.offset]: String(letter.offset),
      [DLQ.timestamp]: headers[DLQ.timestamp],
    },
  }
}

/** The place of the dead letter that a group's redriven record was; undefined for other groups'. */
export function redrivenDeadLetterOf(record: SourceRecord, groupId: string): string | undefined {
  const isOfGroup = headerText(record, REDRIVE.group) === groupId
  return isOfGroup ? headerText(record, REDRIVE.letter) : undefined
}
