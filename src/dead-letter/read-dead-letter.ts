import { headerText, placeOf, type SourceRecord } from '../event/record.ts'
import { DLQ, ownHeaders } from './headers.ts'

/** A dead letter as read from its topic. */
export interface DeadLetterInfo {
  /** `topic/partition@offset` of the dead letter itself. It identifies the dead letter. */
  place: string
  /** When it was written. */
  timestampMs: number
  plugin: string
  reason: string
  error: string
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
  /** The key: the id of the entity. */
  entity: string | undefined
  /** Set if it was too large for its topic: the original value is only in the input. */
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
  valueBytes: number
  valueSha256: string
}

/** Reads a dead letter from a record's headers; undefined if the service did not write it. */
export function readDeadLetter(record: SourceRecord): DeadLetterInfo | undefined {
  const plugin = headerText(record, DLQ.plugin)
  const topic = headerText(record, DLQ.topic)
  if (plugin === undefined || topic === undefined) return undefined
  return {
    place: placeOf(record),
    timestampMs: record.timestampMs,
    plugin,
    reason: headerText(record, DLQ.reason) ?? '',
    error: headerText(record, DLQ.error) ?? '',
    thrown: thrownIn(record),
    eventName: headerText(record, DLQ.event),
    eventId: headerText(record, DLQ.eventId),
    attempts: Number(headerText(record, DLQ.attempts) ?? 0),
    redrives: Number(headerText(record, DLQ.redrives) ?? 0),
    groupId: headerText(record, DLQ.group) ?? '',
    replay: headerText(record, DLQ.replay),
    topic,
    partition: Number(headerText(record, DLQ.partition)),
    offset: Number(headerText(record, DLQ.offset)),
    entity: record.key?.toString(),
    stub: stubIn(record),
  }
}

function thrownIn(record: SourceRecord): Thrown | undefined {
  const type = headerText(record, DLQ.errorType)
  if (type === undefined) return undefined
  const stack = headerText(record, DLQ.errorStack) ?? ''
  return { type, at: headerText(record, DLQ.errorAt), stack }
}

function stubIn(record: SourceRecord): Stub | undefined {
  const omitted = headerText(record, DLQ.omitted)
  if (omitted === undefined) return undefined
  return {
    omitted: omitted.split(','),
    valueBytes: Number(headerText(record, DLQ.valueBytes)),
    valueSha256: headerText(record, DLQ.valueSha256) ?? '',
  }
}

/** The headers that the record had before it was dead-lettered. */
export function originalHeaders({ headers }: SourceRecord): SourceRecord['headers'] {
  return ownHeaders(headers)
}
