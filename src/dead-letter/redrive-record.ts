import { headersOf, headerText, type RecordHeaders } from '../event/headers.ts'
import type { SourceRecord } from '../event/record.ts'
import { redriveTopicOf } from '../topics/names.ts'
import { DLQ, originIn, ownHeaders, REDRIVE } from './headers.ts'
import type { DeadLetterInfo } from './read-dead-letter.ts'

/** A record for the redrive topic: the original bytes, the plugin it is for and where it came from. */
export interface RedriveRecord {
  topic: string
  partition: number
  key: Buffer | null
  value: Buffer | null
  headers: RecordHeaders
}

export function redriveRecordOf(deadLetter: DeadLetterInfo, record: SourceRecord): RedriveRecord {
  const { key, value, headers } = record
  return {
    topic: redriveTopicOf(deadLetter.topic),
    partition: deadLetter.partition,
    key,
    value,
    headers: headersOf(
      {
        [REDRIVE.plugin]: deadLetter.plugin,
        [REDRIVE.group]: deadLetter.groupId,
        [REDRIVE.generation]: String(deadLetter.redrives + 1),
        ...(deadLetter.replay !== undefined && { [REDRIVE.replay]: deadLetter.replay }),
        [REDRIVE.letter]: deadLetter.place,
        [DLQ.topic]: deadLetter.topic,
        [DLQ.partition]: String(deadLetter.partition),
        [DLQ.offset]: String(deadLetter.offset),
        [DLQ.timestamp]: headers.last(DLQ.timestamp),
      },
      ownHeaders(headers),
    ),
  }
}

/** The place of the dead letter that a record redrives, the group that the letter is of, and its origin. */
export function redrivenDeadLetterOf(record: SourceRecord) {
  const place = headerText(record, REDRIVE.letter)
  const groupId = headerText(record, REDRIVE.group)
  if (place === undefined || groupId === undefined) return undefined
  return { place, groupId, origin: originIn(record) }
}
