import { headersOf, type RecordHeaders } from '../event/headers.ts'
import type { DeadLetterReason } from '../event/outcome.ts'
import type { SourceRecord } from '../event/record.ts'
import { deadLetterTopicOf } from '../topics/names.ts'
import type { Failure } from '../util/failure/failure.ts'
import { DLQ, ownHeaders } from './headers.ts'

/** A record to be written to the dead-letter topic: original bytes and headers plus `dlq.*` headers. */
export interface DeadLetter {
  topic: string
  /** The input partition. A dead-letter topic with fewer partitions maps it to one of its own. */
  partition: number
  key: Buffer | null
  value: Buffer | null
  headers: RecordHeaders
}

export interface DeadLetterSink {
  /** Resolves once the brokers have acknowledged the record with an offset; rejects otherwise. */
  write(deadLetter: DeadLetter): Promise<void>
}

export interface DeadLetterCause {
  plugin: string
  /** The event's name and id, as far as they are known. */
  event?: string
  eventId?: string
  reason: DeadLetterReason
  error: Failure
  /** The error with its stack and causes. */
  lines: string
  attempts: number
  groupId: string
  /** How often it was redriven before. */
  redrives: number
  /** The group of the replay that dead-lettered the event; undefined if it was the live group. */
  replay: string | undefined
}

const ERROR_LIMIT_BYTES = 1_024
const STACK_LIMIT_BYTES = 8_192

export function deadLetterOf(record: SourceRecord, cause: DeadLetterCause): DeadLetter {
  return {
    topic: deadLetterTopicOf(record.topic),
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: headersOf(causeHeaders(record, cause), ownHeaders(record.headers)),
  }
}

function causeHeaders(record: SourceRecord, cause: DeadLetterCause): Record<string, string> {
  const { event, eventId } = cause
  return {
    [DLQ.plugin]: cause.plugin,
    [DLQ.reason]: cause.reason,
    ...errorHeaders(cause),
    [DLQ.attempts]: String(cause.attempts),
    ...(event !== undefined && { [DLQ.event]: event }),
    ...(eventId !== undefined && { [DLQ.eventId]: eventId }),
    [DLQ.topic]: record.topic,
    [DLQ.partition]: String(record.partition),
    [DLQ.offset]: String(record.offset),
    [DLQ.timestamp]: String(record.timestampMs),
    [DLQ.group]: cause.groupId,
    ...(cause.replay !== undefined && { [DLQ.replay]: cause.replay }),
    ...(record.tooLarge !== undefined && { [DLQ.omitted]: 'key,value,headers' }),
    ...(cause.redrives > 0 && { [DLQ.redrives]: String(cause.redrives) }),
  }
}

function errorHeaders({ error, lines }: DeadLetterCause): Record<string, string> {
  const { type, code, message, at } = error
  return {
    [DLQ.error]: truncated(message, ERROR_LIMIT_BYTES),
    ...(code !== undefined && { [DLQ.errorCode]: String(code) }),
    ...(type !== undefined && {
      [DLQ.errorType]: type,
      [DLQ.errorStack]: truncated(lines, STACK_LIMIT_BYTES),
    }),
    ...(at !== undefined && { [DLQ.errorAt]: at }),
  }
}

/** Cuts a text to at most `limitBytes` UTF-8 bytes without splitting a character. */
function truncated(text: string, limitBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limitBytes) return text
  let end = limitBytes
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end).toString()
}
