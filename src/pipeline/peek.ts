import type { SchemaLookup, WriterSchema } from '../avro/writer-schema.ts'
import { messageOf } from '../event/errors.ts'
import type { SourceRecord } from '../event/record.ts'
import { headerText } from './envelope.ts'
import type { Obstacle } from './source.ts'

export type Peek =
  | { type: 'event'; name: string; schema: WriterSchema; headersLie: boolean }
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
  return function peek(record) {
    if (record.value === null) return { type: 'tombstone' }
    try {
      const lookup = ports.schemas.lookup(ports.schemaIdOf(record.value))
      switch (lookup.type) {
        case 'ready':
          return peekWith(lookup.schema, record.value, record)
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

function peekWith(schema: WriterSchema, value: Buffer, record: SourceRecord): Peek {
  const peeked = schema.peek(value)
  const type = headerText(record, 'ce_type')
  const id = headerText(record, 'ce_id')
  const name = peeked.name ?? type ?? schema.fullName
  const headersLie =
    (type !== undefined && type !== name) ||
    (id !== undefined && peeked.id !== undefined && id !== peeked.id)
  return { type: 'event', name, schema, headersLie }
}
