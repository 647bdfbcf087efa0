import type { Registry } from '../avro/registry/registry.ts'
import { createSchemaCache } from '../avro/registry/schema-cache.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../avro/wire-format.ts'
import type { WriterSchema } from '../avro/writer-schema.ts'
import type { Event } from '../event/event.ts'
import { type SourceRecord, utf8Header } from '../event/record.ts'
import { Envelope } from '../pipeline/intake/envelope.ts'
import { systemClock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'

/** A record's decoded content. */
export type ReadRecord =
  | {
      type: 'event'
      schemaId: number
      /** The full name of the writer's schema. */
      schema: string
      name: string
      id: string
      event: Event
      writer: WriterSchema
    }
  | { type: 'tombstone' }
  | { type: 'undecodable'; why: string }
  /** It can't be decoded now: the service waits at such a record. */
  | { type: 'waiting'; why: string }

export interface EventReader {
  /** Rejects with REGISTRY_UNAVAILABLE while the schema can't be fetched. */
  read(record: SourceRecord): Promise<ReadRecord>
  /**
   * The name of its event, of which no more is decoded; undefined if the payload does not say it. Rejects
   * as `read` does.
   */
  nameIn(value: Buffer): Promise<string | undefined>
  close(): void
}

const TRIES_MAX = 5

/** Decodes single records, outside the pipeline. */
export function createEventReader(
  contract: Contract,
  registry: Pick<Registry, 'schemaById'>,
): EventReader {
  /** Why the last request for a schema id failed: a lookup says only that another one is made. */
  const failures = new Map<number, string>()
  const schemas = createSchemaCache({
    contract,
    fetchSchema: registry.schemaById,
    clock: systemClock,
    log: { warn: ({ schemaId }, message) => void failures.set(schemaId, message) },
  })

  async function schemaOf(id: number): Promise<WriterSchema> {
    let why = ''
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const found = schemas.lookup(id)
      if (found.type === 'ready') return found.schema
      why = found.why
      if (found.type === 'missing') throw new Error(why)
      await found.cleared
    }
    throw new InventoryEventsError('REGISTRY_UNAVAILABLE', failures.get(id) ?? why, {
      retryable: true,
    })
  }

  return {
    async read(record) {
      const { value } = record
      if (value === null) return { type: 'tombstone' }
      try {
        const schemaId = schemaIdOf(value)
        const schema = await schemaOf(schemaId)
        if (schema.unreadable !== undefined) return unreadableBy(schema.unreadable)
        // The payload decides, where it says what the event is; headers may hold anything then.
        const written = schema.peek(value).name
        const kind = written ?? utf8Header(record, 'ce_type') ?? schema.fullName
        const event = schema.decode(value, new Envelope(kind, record))
        const name = String('kind' in event ? event.kind : event.name)
        const { id } = event
        return { type: 'event', schemaId, schema: schema.fullName, name, id, event, writer: schema }
      } catch (error) {
        if (error instanceof InventoryEventsError && error.retryable) throw error
        return { type: 'undecodable', why: messageOf(error) }
      }
    },
    async nameIn(value) {
      try {
        return (await schemaOf(schemaIdOf(value))).peek(value).name
      } catch (error) {
        if (error instanceof InventoryEventsError && error.retryable) throw error
        return undefined
      }
    },
    close: () => schemas.close(),
  }
}

function unreadableBy(why: string): ReadRecord {
  return { type: 'waiting', why: `this version cannot read its schema: ${why}` }
}
