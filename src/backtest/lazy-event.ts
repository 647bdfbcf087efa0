import type { WriterSchema } from '../avro/writer-schema.ts'
import type { Event } from '../event/event.ts'
import type { SourceRecord } from '../event/record.ts'
import { Envelope } from '../pipeline/intake/envelope.ts'

/** A record with an event that is decoded at first use, and only once. */
export class LazyEvent {
  readonly name: string
  readonly schema: WriterSchema
  readonly record: SourceRecord
  #event: Event | undefined

  constructor(record: SourceRecord, { name, schema }: { name: string; schema: WriterSchema }) {
    this.record = record
    this.name = name
    this.schema = schema
  }

  /** Throws if its bytes do not match its schema, or if the schema is newer than this version. */
  get event(): Event {
    const { schema, record, name } = this
    this.#event ??= schema.decode(record.value as Buffer, new Envelope(name, record))
    return this.#event
  }

  /** Undefined if it can't be decoded. */
  get id(): string | undefined {
    try {
      return this.event.id
    } catch {
      return undefined
    }
  }
}

/** What an example shows; undefined if nothing was asked for, or if it can't be decoded. */
export function contentFor(
  lazy: LazyEvent,
  contentOf: ((event: Event) => unknown) | undefined,
): unknown {
  if (contentOf === undefined) return undefined
  try {
    return contentOf(lazy.event)
  } catch {
    return undefined
  }
}
