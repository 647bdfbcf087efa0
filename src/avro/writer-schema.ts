import type { Event } from '../event/event.ts'
import type { JsonValue } from '../event/json.ts'
import type { Path } from '../event/path.ts'

/**
 * Reads what is at some paths of a framed value's event into `slots`, in their order, and builds
 * nothing else: what the decoded event has there, undefined where it has nothing, and for a list or
 * a map an empty one. Throws RECORD_UNDECODABLE as far as it reads.
 */
export type Projection = (value: Buffer, slots: unknown[], hints?: DecodeHints) => void

/** Where a text lies in a value: from `start` up to `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Name and id of an event, read from a record's bytes without decoding the rest. */
export interface Peeked {
  /** An inventory event's kind, a plugin event's name; undefined if only `ce_type` tells it. */
  name: string | undefined
  /** Where the id lies in the value, until the next one is peeked at; undefined if only `ce_id` tells it. */
  id: Span | undefined
}

/** What a record's envelope says of its event; heeded only where the payload does not say it. */
export interface DecodeHints {
  name?: string | undefined
  id?: string | undefined
  /** RFC 3339. */
  time?: string | undefined
}

/** One schema that a producer wrote with, and what our shape makes of it. */
export interface WriterSchema {
  /** The Avro full name of the record. */
  fullName: string
  /**
   * Why our shape can't read this schema though it is of the contract: its records are not bad,
   * they wait for a newer version of the service. `decode` throws SCHEMA_INCOMPATIBLE.
   */
  unreadable: string | undefined
  /**
   * Reads the leading fields only. `value` is the whole framed value. Throws RECORD_UNDECODABLE.
   * `name` is undefined for a schema that is not of our contract: its name travels in `ce_type`.
   */
  peek(value: Buffer): Peeked
  /**
   * The whole event in the reader's shape. Throws RECORD_UNDECODABLE. The hints fill in what a
   * schema that is not of our contract has no field for.
   */
  decode(value: Buffer, hints?: DecodeHints): Event
  /**
   * A reader of what the event has at these paths, made once for all who ask for them. It throws
   * SCHEMA_INCOMPATIBLE where `decode` does.
   */
  projection(paths: readonly Path[]): Projection
  /**
   * The event as its writer's schema has it, for telling a retry from other content. Bytes are not
   * read twice where `event`, what `decode` made of them, is the same.
   */
  decodeAsWritten(value: Buffer, event?: Event): JsonValue
}

/** What the schema cache knows about a schema id, without waiting. */
export type SchemaLookup =
  | { type: 'ready'; schema: WriterSchema }
  /** The registry is being asked, or did not answer; settles when it is worth looking again. */
  | { type: 'waiting'; why: string; cleared: Promise<void> }
  /** The registry has no such schema, or the schema is no Avro record. */
  | { type: 'missing'; why: string }
