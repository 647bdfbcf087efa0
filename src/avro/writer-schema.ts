import type { Event } from '../event/event.ts'
import type { JsonValue } from '../event/json.ts'

/** Name and id of an event, read from a record's bytes without decoding the rest. */
export interface Peeked {
  /** An inventory event's kind, a plugin event's name. */
  name: string
  id: string
}

/** One schema that a producer wrote with, and what our shape makes of it. */
export interface WriterSchema {
  /** The Avro full name of the record. */
  fullName: string
  /**
   * Reads the leading fields only. `value` is the whole framed value. Throws RECORD_UNDECODABLE.
   * `name` is undefined for a schema that is not of our contract: its name travels in `ce_type`.
   */
  peek(value: Buffer): { name: string | undefined; id: string | undefined }
  /** The whole event in the reader's shape. Throws RECORD_UNDECODABLE. */
  decode(value: Buffer): Event
  /** The event as its writer's schema has it, for telling a retry from other content. */
  decodeAsWritten(value: Buffer): JsonValue
}

/** What the schema cache knows about a schema id, without waiting. */
export type SchemaLookup =
  | { type: 'ready'; schema: WriterSchema }
  /** The registry is being asked, or did not answer; settles when it is worth looking again. */
  | { type: 'waiting'; why: string; cleared: Promise<void> }
  /** The registry has no such schema, or the schema is no Avro record. */
  | { type: 'missing'; why: string }
