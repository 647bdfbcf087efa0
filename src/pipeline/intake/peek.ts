import type { SchemaLookup, Span, WriterSchema } from '../../avro/writer-schema.ts'
import type { RecordHeaders } from '../../event/headers.ts'
import { type SourceRecord, utf8Header } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { Obstacle } from '../source.ts'

const UNREADABLE_RETRY_MS = 30_000

interface PeekedEvent {
  type: 'event'
  name: string
  schema: WriterSchema
  headersDiffer: boolean
}

/** Valid until the next call: the object is reused. */
export type Peek =
  | Readonly<PeekedEvent>
  | { type: 'tombstone' }
  | { type: 'undecodable'; error: string; reason?: 'too-large' }
  | { type: 'obstacle'; obstacle: Obstacle }

export interface PeekPorts {
  /** Reads the schema id from a value in wire format. Throws RECORD_UNDECODABLE. */
  schemaIdOf(value: Buffer): number
  schemas: { lookup(id: number, writtenAtMs: number): SchemaLookup }
}

/**
 * Reads an event's name without decoding the event. The payload decides; headers are only compared
 * with it, and `ce_type` gives the name if the schema is not one of the contract's.
 */
export function createPeek(ports: PeekPorts): (record: SourceRecord) => Peek {
  let seen: PeekedEvent | undefined

  return function peek(record) {
    if (record.tooLarge !== undefined) {
      return { type: 'undecodable', error: record.tooLarge, reason: 'too-large' }
    }
    if (record.value === null) return { type: 'tombstone' }
    try {
      const lookup = ports.schemas.lookup(ports.schemaIdOf(record.value), record.timestampMs)
      switch (lookup.type) {
        case 'ready':
          seen = peekWith(lookup.schema, record.value, record, seen)
          return seen
        case 'waiting':
          return { type: 'obstacle', obstacle: { why: lookup.why, cleared: lookup.cleared } }
        case 'missing':
          return { type: 'undecodable', error: lookup.why }
      }
    } catch (error) {
      return { type: 'undecodable', error: messageOf(error) }
    }
  }
}

/** An event that only a newer version can read is not a bad event: it waits for that version. */
export function unreadableSchema(peeked: Peek, clock: Pick<Clock, 'sleep'>): Obstacle | undefined {
  if (peeked.type !== 'event' || peeked.schema.unreadable === undefined) return undefined
  const why = `this version cannot read the schema: ${peeked.schema.unreadable}`
  return { why, cleared: clock.sleep(UNREADABLE_RETRY_MS) }
}

/** Every record is peeked at, so one result object is reused for all. */
function peekWith(
  schema: WriterSchema,
  value: Buffer,
  record: SourceRecord,
  last: PeekedEvent | undefined,
): PeekedEvent {
  const { name: written, id } = schema.peek(value)
  const name = written ?? utf8Header(record, 'ce_type') ?? schema.fullName
  const { headers } = record
  const headersDiffer =
    headers.lastIsText('ce_type', name) === false || idDiffers(headers, value, id)
  if (last === undefined) return { type: 'event', name, schema, headersDiffer }
  last.name = name
  last.schema = schema
  last.headersDiffer = headersDiffer
  return last
}

/** Whether there is an id in the headers which is not that in this part of the value. */
function idDiffers(headers: RecordHeaders, value: Buffer, id: Span | undefined): boolean {
  if (id === undefined || headers.lastEquals('ce_id', value, id.start, id.end) !== false)
    return false
  // Different bytes may decode to the same text if they are not valid UTF-8.
  return headers.last('ce_id')?.toString() !== value.toString('utf8', id.start, id.end)
}
