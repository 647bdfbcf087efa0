import { HeaderList, headerText, type RecordHeaders } from '../event/headers.ts'

/** The headers of a dead letter, in addition to the record's own. */
export const DLQ = {
  plugin: 'dlq.plugin',
  reason: 'dlq.reason',
  error: 'dlq.error',
  errorType: 'dlq.error-type',
  errorCode: 'dlq.error-code',
  errorAt: 'dlq.error-at',
  errorStack: 'dlq.error-stack',
  attempts: 'dlq.attempts',
  event: 'dlq.event',
  eventId: 'dlq.event-id',
  topic: 'dlq.topic',
  partition: 'dlq.partition',
  offset: 'dlq.offset',
  timestamp: 'dlq.timestamp',
  group: 'dlq.group',
  replay: 'dlq.replay',
  redrives: 'dlq.redrives',
  /** Only in a stub: what it lacks of the original; if that is known, its value's length and checksum. */
  omitted: 'dlq.omitted',
  valueBytes: 'dlq.value-bytes',
  valueSha256: 'dlq.value-sha256',
} as const

/** The header of a record of a dead-letter topic that discards a dead letter: its place. */
export const DISCARDED = 'dlq.discarded'

/** The headers of a redriven dead letter. */
export const REDRIVE = {
  plugin: 'redrive.plugin',
  group: 'redrive.group',
  generation: 'redrive.generation',
  replay: 'redrive.replay',
  letter: 'redrive.letter',
} as const

/**
 * Where the original record was in its partition, and its time, as a dead letter or a redriven one says; for
 * both the same. Places alone are not enough: a mirror gives dead letters other offsets in their topic.
 */
export function originIn(record: { headers: RecordHeaders }): string | undefined {
  const offset = headerText(record, DLQ.offset)
  return offset === undefined
    ? undefined
    : `${Number(offset)}@${headerText(record, DLQ.timestamp) ?? ''}`
}

/** The headers without those that dead-lettering and redriving added. */
export function ownHeaders(headers: RecordHeaders): RecordHeaders {
  return new HeaderList([...headers].filter(({ name }) => !isAdded(name)))
}

/** Whether dead-lettering or redriving added the header. */
export function isAdded(name: string | Buffer): boolean {
  return typeof name === 'string' && /^(dlq|redrive)\./.test(name)
}
