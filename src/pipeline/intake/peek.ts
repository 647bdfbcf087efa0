import type { SchemaLookup, Span, WriterSchema } from '../../avro/writer-schema.ts'
import { type RecordHeaders, type SourceRecord, utf8Header } from '../../event/record.ts'
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
  const { ce_type, ce_id } = record.headers
  const headersDiffer = differs(ce_type, name) || idDiffers(ce_id, value, id)
  if (last === undefined) return { type: 'event', name, schema, headersDiffer }
  last.name = name
  last.schema = schema
  last.headersDiffer = headersDiffer
  return last
}

/** Whether the header has a value that is not this text. */
function differs(header: RecordHeaders[string], text: string | undefined): boolean {
  if (header === undefined || header === null || text === undefined) return false
  if (Array.isArray(header)) return differs(header.at(-1), text)
  return typeof header === 'string' ? header !== text : !isText(header, text)
}

/** Whether the header exists and is not the text in that part of the value. */
function idDiffers(header: RecordHeaders[string], value: Buffer, id: Span | undefined): boolean {
  if (header === undefined || id === undefined) return false
  if (Buffer.isBuffer(header) && isAt(header, value, id)) return false
  // Different bytes may decode to the same text if they are not valid UTF-8.
  return differs(header, value.toString('utf8', id.start, id.end))
}

function isAt(bytes: Buffer, value: Buffer, { start, end }: Span): boolean {
  if (bytes.length !== end - start) return false
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== value[start + i]) return false
  return true
}

/** Compares without creating a string, because it runs for every record. */
function isText(bytes: Buffer, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return bytes.toString() === text
    if (bytes[i] !== code) return false
  }
  return bytes.length === text.length
}
