import { HeaderList, type RecordHeaders } from '../event/headers.ts'

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

/** The headers without those that dead-lettering and redriving added. */
export function ownHeaders(headers: RecordHeaders): RecordHeaders {
  return new HeaderList([...headers].filter(({ name }) => !isAdded(name)))
}

/** Whether dead-lettering or redriving added the header. */
export function isAdded(name: string | Buffer): boolean {
  return typeof name === 'string' && /^(dlq|redrive)\./.test(name)
}
