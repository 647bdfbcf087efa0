import type { SchemaLookup, Span, WriterSchema } from '../../avro/writer-schema.ts'
import { type SourceRecord, utf8Header, type ValueRange, valueRangeOf } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { Obstacle } from '../source.ts'

const UNREADABLE_RETRY_MS = 30_000

interface PeekedEvent {
  type: 'event'
  name: string
  schema: WriterSchema
  /** Where the id is in the value. */
  id: Span | undefined
  /** Whether the header has another type. */
  typeDiffers: boolean
}

/** Valid until the next call: the object is reused. */
export type Peek =
  | Readonly<PeekedEvent>
  | { type: 'tombstone' }
  | { type: 'undecodable'; error: string; reason?: 'too-large' }
  | { type: 'obstacle'; obstacle: Obstacle }

export interface PeekPorts {
  /** Reads the schema id from a value in wire format. Throws RECORD_UNDECODABLE. */
  schemaIdOf(bytes: Buffer, start: number, end: number): number
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
    const value = valueRangeOf(record)
    if (value === null) return { type: 'tombstone' }
    try {
      const schemaId = ports.schemaIdOf(value.bytes, value.start, value.end)
      const lookup = ports.schemas.lookup(schemaId, record.timestampMs)
      switch (lookup.type) {
        case 'ready':
          seen = peekWith(lookup.schema, value, record, seen)
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
  { bytes, start, end }: ValueRange,
  record: SourceRecord,
  last: PeekedEvent | undefined,
): PeekedEvent {
  const { name: written, id } = schema.peek(bytes, start, end)
  const name = written ?? utf8Header(record, 'ce_type') ?? schema.fullName
  const typeDiffers = record.headers.lastIsText('ce_type', name) === false
  if (last === undefined) return { type: 'event', name, schema, id, typeDiffers }
  last.name = name
  last.schema = schema
  last.id = id
  last.typeDiffers = typeDiffers
  return last
}

/**
 * Whether headers contradict the payload. The id is compared only where the event is wanted: it matters
 * to nothing else, and would cost a tenth of what an unwanted record does.
 */
export function headersDiffer(
  record: SourceRecord,
  { id, typeDiffers }: Pick<PeekedEvent, 'id' | 'typeDiffers'>,
  isWanted: boolean,
): boolean {
  if (typeDiffers || !isWanted || id === undefined) return typeDiffers
  const { bytes } = valueRangeOf(record)!
  if (record.headers.lastEquals('ce_id', bytes, id.start, id.end) !== false) return false
  // Different bytes may decode to the same text if they are not valid UTF-8.
  return record.headers.last('ce_id')?.toString() !== bytes.toString('utf8', id.start, id.end)
}
