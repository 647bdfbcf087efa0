import type { Event } from '../event/event.ts'
import type { JsonValue } from '../event/json.ts'
import type { Path } from '../event/path.ts'

/**
 * Reads the values at some paths of a framed event into `slots`, in the order of the paths, without
 * decoding the rest. A slot is undefined if the event has nothing there, and an empty list or map
 * stands for any list or map. Throws RECORD_UNDECODABLE as far as it reads.
 */
export type Projection = (value: Buffer, slots: unknown[], hints?: DecodeHints) => void

/** The position of a string in bytes: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Name and id of an event, read from a record's bytes without decoding the rest. */
export interface Peeked {
  /** An inventory event's kind or a plugin event's name; undefined if only the `ce_type` header has it. */
  name: string | undefined
  /** The position of the id, valid until the next `peek`; undefined if only the `ce_id` header has it. */
  id: Span | undefined
}

/** What a record's headers and timestamp say about the event; used only for what the payload lacks. */
export interface DecodeHints {
  name?: string | undefined
  id?: string | undefined
  /** RFC 3339. */
  time?: string | undefined
}

/** A producer's schema, and how its records are read as events. */
export interface WriterSchema {
  /** The Avro full name of the record. */
  fullName: string
  /** Whether it is a version of a contract schema. */
  isContract: boolean
  /**
   * Why this version can't read a schema of the contract. Its records are not malformed: they wait
   * for a newer version of the service. `decode` throws SCHEMA_INCOMPATIBLE.
   */
  unreadable: string | undefined
  /**
   * Reads the leading fields only, of the whole framed value in that range. Throws RECORD_UNDECODABLE.
   * `name` is undefined for a schema outside the contract: the `ce_type` header has the name.
   */
  peek(bytes: Buffer, start?: number, end?: number): Peeked
  /**
   * Decodes the whole event in the reader's shape, frozen all through: plugins share one event object, and
   * none of them can change it for the others. Throws RECORD_UNDECODABLE or RECORD_TOO_LARGE. The hints supply what a schema outside the contract has no field for.
   */
  decode(value: Buffer, hints?: DecodeHints): Event
  /** Roughly what the event that the last `decode` returned takes in memory. */
  readonly decodedBytes: number
  /**
   * Creates a reader of these paths, to be shared by all that use the same paths. It throws
   * SCHEMA_INCOMPATIBLE where `decode` does.
   */
  projection(paths: readonly Path[]): Projection
  /**
   * The event in its writer's schema, used to distinguish a producer's retry from different content. Pass
   * the result of `decode` as `event` to avoid decoding twice when both are the same.
   */
  decodeAsWritten(value: Buffer, event?: Event): JsonValue
}

/** The schema cache's current result for a schema id. */
export type SchemaLookup =
  | { type: 'ready'; schema: WriterSchema }
  /** A request is running or failed; `cleared` settles when another lookup is worthwhile. */
  | { type: 'waiting'; why: string; cleared: Promise<void> }
  /** The registry has no such schema, or it is not an Avro record. */
  | { type: 'missing'; why: string }
