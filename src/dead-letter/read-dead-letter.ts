import { headerText } from '../event/headers.ts'
import type { DeadLetterReason } from '../event/outcome.ts'
import { placeOf, type SourceRecord } from '../event/record.ts'
import { inputTopicOf } from '../topics/names.ts'
import { DLQ, originIn, ownHeaders } from './headers.ts'

/** What every record of a dead-letter topic has, also one that the service did not write. */
interface LetterRecord {
  /** `topic/partition@offset` of the dead letter itself. It identifies the dead letter. */
  place: string
  /** As `originIn` has it. */
  origin: string | undefined
  /** When it was written. */
  timestampMs: number
  /** The key: the id of the entity. */
  entity: string | undefined
}

/** A dead letter as read from its topic. */
export interface DeadLetterInfo extends LetterRecord {
  plugin: string
  reason: string
  error: string
  /** That of the error, or the one given to `reject`. */
  code: string | undefined
  /** Set if the error was thrown. */
  thrown: Thrown | undefined
  /** The event's name and id, as far as they were known. */
  eventName: string | undefined
  eventId: string | undefined
  attempts: number
  /** How often it was redriven before. */
  redrives: number
  groupId: string
  /** The group of the replay that dead-lettered the event; undefined if it was the live group. */
  replay: string | undefined
  /** The original record's topic. */
  topic: string
  partition: number
  offset: number
  /** Set if it was too large for its topic, or for memory: the original value is only in the input. */
  stub: Stub | undefined
}

/** What a dead letter says of its error beside the message. */
export interface Thrown {
  type: string
  /** `file:line:column`. */
  at: string | undefined
  /** The error with its stack and causes, in lines. */
  stack: string
}

export interface Stub {
  /** What the dead letter lacks: `value`, and `key` or `headers` if they were too large as well. */
  omitted: string[]
  /** Undefined if the record's batch took too much memory to be read. */
  valueBytes: number | undefined
  valueSha256: string | undefined
}

/** A record of a dead-letter topic whose headers are not those that the service writes. */
export interface UnreadableLetter extends LetterRecord {
  /** Which header is wrong, what is expected and what it holds. */
  why: string
  /** As far as headers say so. */
  plugin: string | undefined
  reason: string | undefined
  groupId: string | undefined
}

export type ReadLetter =
  | { type: 'letter'; letter: DeadLetterInfo }
  | { type: 'unreadable'; letter: UnreadableLetter }

const SHOWN_MAX = 100
const TOO_LARGE: DeadLetterReason = 'too-large'

/** Reads a record of a dead-letter topic by its headers. Never throws: other clients write there too. */
export function readDeadLetter(record: SourceRecord): ReadLetter {
  const wrong: string[] = []
  const text = (name: string) => headerText(record, name)
  const required = (name: string) => {
    const found = text(name)
    if (!found) wrong.push(`${name}: expected a text, got nothing`)
    return found ?? ''
  }
  const whole = (name: string, found: string) => {
    const number = /^\d{1,16}$/.test(found) ? Number(found) : Number.NaN
    if (!Number.isSafeInteger(number)) {
      wrong.push(`${name}: expected a whole number, got ${found.slice(0, SHOWN_MAX) || 'nothing'}`)
    }
    return number
  }
  const topic = required(DLQ.topic)
  const input = inputTopicOf(record.topic)
  if (topic !== '' && topic !== input) {
    wrong.push(`${DLQ.topic}: expected ${input}, got ${topic.slice(0, SHOWN_MAX)}`)
  }
  const omitted = text(DLQ.omitted)
  const common = {
    place: placeOf(record),
    origin: originIn(record),
    timestampMs: record.timestampMs,
    entity: record.key?.toString(),
  }
  const letter: DeadLetterInfo = {
    ...common,
    plugin: required(DLQ.plugin),
    reason: text(DLQ.reason) ?? '',
    error: text(DLQ.error) ?? '',
    code: text(DLQ.errorCode),
    thrown: thrownIn(record),
    eventName: text(DLQ.event),
    eventId: text(DLQ.eventId),
    attempts: whole(DLQ.attempts, text(DLQ.attempts) ?? '0'),
    redrives: whole(DLQ.redrives, text(DLQ.redrives) ?? '0'),
    groupId: text(DLQ.group) ?? '',
    replay: text(DLQ.replay),
    topic,
    partition: whole(DLQ.partition, text(DLQ.partition) ?? ''),
    offset: whole(DLQ.offset, text(DLQ.offset) ?? ''),
    stub: omitted === undefined ? undefined : stubOf(omitted),
  }
  if (wrong.length === 0) return { type: 'letter', letter }
  const said = { plugin: text(DLQ.plugin), reason: text(DLQ.reason), groupId: text(DLQ.group) }
  return { type: 'unreadable', letter: { ...common, ...said, why: wrong.join('; ') } }

  function stubOf(omitted: string): Stub {
    const bytes = text(DLQ.valueBytes)
    const isUnread = bytes === undefined && text(DLQ.reason) === TOO_LARGE
    return {
      omitted: omitted.split(','),
      valueBytes: isUnread ? undefined : whole(DLQ.valueBytes, bytes ?? ''),
      valueSha256: text(DLQ.valueSha256),
    }
  }
}

function thrownIn(record: SourceRecord): Thrown | undefined {
  const type = headerText(record, DLQ.errorType)
  if (type === undefined) return undefined
  const stack = headerText(record, DLQ.errorStack) ?? ''
  return { type, at: headerText(record, DLQ.errorAt), stack }
}

/** The headers that the record had before it was dead-lettered. */
export function originalHeaders({ headers }: SourceRecord): SourceRecord['headers'] {
  return ownHeaders(headers)
}
