import type { SchemaLookup, Span, WriterSchema } from '../../avro/writer-schema.ts'
import { headerText, type RecordHeaders, type SourceRecord } from '../../event/record.ts'
import { messageOf } from '../../util/errors.ts'
import type { Obstacle } from '../source.ts'

interface PeekedEvent {
  type: 'event'
  name: string
  schema: WriterSchema
  headersLie: boolean
}

/** Holds until the next record is peeked at. */
export type Peek =
  | Readonly<PeekedEvent>
  | { type: 'tombstone' }
  | { type: 'undecodable'; error: string }
  | { type: 'obstacle'; obstacle: Obstacle }

export interface PeekPorts {
  /** Reads the schema id out of a framed value. Throws RECORD_UNDECODABLE. */
  schemaIdOf(value: Buffer): number
  schemas: { lookup(id: number): SchemaLookup }
}

/**
 * Reads an event's name without decoding the event. The bytes decide: headers are only compared,
 * and stand in for the name where the schema is not one of ours.
 */
export function createPeek(ports: PeekPorts): (record: SourceRecord) => Peek {
  let seen: PeekedEvent | undefined

  return function peek(record) {
    if (record.value === null) return { type: 'tombstone' }
    try {
      const lookup = ports.schemas.lookup(ports.schemaIdOf(record.value))
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

/** Every record is peeked at, so one object tells of all events, one after the other. */
function peekWith(
  schema: WriterSchema,
  value: Buffer,
  record: SourceRecord,
  last: PeekedEvent | undefined,
): PeekedEvent {
  const { name: written, id } = schema.peek(value)
  const name = written ?? headerText(record, 'ce_type') ?? schema.fullName
  const { ce_type, ce_id } = record.headers
  const headersLie = saysOther(ce_type, name) || saysOtherId(ce_id, value, id)
  if (last === undefined) return { type: 'event', name, schema, headersLie }
  last.name = name
  last.schema = schema
  last.headersLie = headersLie
  return last
}

/** Whether a header is there, and is not this text. */
function saysOther(header: RecordHeaders[string], text: string | undefined): boolean {
  if (header === undefined || text === undefined) return false
  if (Array.isArray(header)) return saysOther(header.at(-1), text)
  return typeof header === 'string' ? header !== text : !isText(header, text)
}

/** Whether a header is there, and is not the text in that part of the value. */
function saysOtherId(header: RecordHeaders[string], value: Buffer, id: Span | undefined): boolean {
  if (header === undefined || id === undefined) return false
  if (Buffer.isBuffer(header) && isAt(header, value, id)) return false
  // Bytes that are no text in UTF-8 may differ, and still be read as the same.
  return saysOther(header, value.toString('utf8', id.start, id.end))
}

function isAt(bytes: Buffer, value: Buffer, { start, end }: Span): boolean {
  if (bytes.length !== end - start) return false
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== value[start + i]) return false
  return true
}

/** Compares without making a string: this is done for every record. */
function isText(bytes: Buffer, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return bytes.toString() === text
    if (bytes[i] !== code) return false
  }
  return bytes.length === text.length
}
