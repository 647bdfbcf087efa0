import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { WriterSchema } from '../../avro/writer-schema.ts'
import type { Event } from '../../event/event.ts'
import type { JsonValue } from '../../event/json.ts'
import type { CompletedOutcome } from '../../event/outcome.ts'
import { placeOf, type SourceRecord } from '../../event/record.ts'
import { type InventoryEventsError, messageOf } from '../../util/errors.ts'
import { Failure } from '../../util/failure/failure.ts'
import { type Content, originOf, type WantedRecord } from '../delivery.ts'
import { Envelope } from './envelope.ts'
import type { Peek } from './peek.ts'

/** What distinguishes contents: equal for every retry of a producer, even if the bytes differ. */
export interface Prints {
  contentHash(asWritten: JsonValue): string
  fingerprint(asWritten: JsonValue): string
}

/** Decodes a record once for all its deliveries. Never throws: undecodable bytes are a result. */
export function createDecode(prints: Prints): (wanted: WantedRecord) => Content {
  return function decode(wanted) {
    const { content } = wanted
    if (content !== undefined && content.type !== 'released') return content
    const decoded = contentOf(wanted, prints)
    wanted.content = decoded
    return decoded
  }
}

function contentOf(wanted: WantedRecord, prints: Prints): Content {
  const { schema, name } = wanted
  const record = originOf(wanted)
  const value = record.value as Buffer
  try {
    if (schema === undefined) throw new Error('unknown schema')
    if (schema.isContract) assertKey(record)
    const event = schema.decode(value, new Envelope(name, record))
    const bytes = schema.decodedBytes
    const hash = prints.contentHash(schema.decodeAsWritten(value, event))
    return new EventContent(event, bytes, hash, { wanted, prints })
  } catch (error) {
    const isTooLarge = (error as InventoryEventsError).code === 'RECORD_TOO_LARGE'
    return undecodable(record, messageOf(error), isTooLarge ? 'too-large' : 'undecodable')
  }
}

/** An event's fingerprint is computed when it is asked for: most stores compare hashes. */
class EventContent {
  readonly type = 'event'
  readonly event: Event
  readonly bytes: number
  readonly hash: string
  readonly #wanted: WantedRecord
  readonly #prints: Prints

  constructor(
    event: Event,
    bytes: number,
    hash: string,
    of: { wanted: WantedRecord; prints: Prints },
  ) {
    this.event = event
    this.bytes = bytes
    this.hash = hash
    this.#wanted = of.wanted
    this.#prints = of.prints
  }

  get id(): string {
    return this.event.id
  }

  get fingerprint(): string {
    const { value } = originOf(this.#wanted)
    const schema = this.#wanted.schema as WriterSchema
    return this.#prints.fingerprint(schema.decodeAsWritten(value as Buffer, this.event))
  }
}

/** The contract keys records by entity id. Keys that differ in their bytes must stay different. */
function assertKey({ key }: SourceRecord): void {
  if (key !== null && !isUtf8(key)) throw new Error('key: expected text in UTF-8')
}

/**
 * The content of a record that holds no event. Its place in the log serves as its id, so that reading
 * it again does not dead-letter it again.
 */
export function undecodable(
  record: SourceRecord,
  error: string,
  reason: 'undecodable' | 'too-large' = 'undecodable',
): Content {
  const hash = createHash('sha256').update(record.value ?? Buffer.alloc(0))
  const fingerprint = hash.digest('base64url').slice(0, 22)
  const id = `record:${placeOf(record)}`
  return { type: 'undecodable', reason, id, hash: fingerprint, fingerprint, error }
}

type Unreadable = Extract<Peek, { type: 'undecodable' }>

/** What is known about a record's content before it is decoded. */
export function knownContentOf(
  record: SourceRecord,
  peeked: Peek,
): Pick<WantedRecord, 'name' | 'schema' | 'content'> {
  if (peeked.type === 'event') {
    return { name: peeked.name, schema: peeked.schema, content: undefined }
  }
  const { error = 'the record holds no event', reason } = peeked as Partial<Unreadable>
  return { name: '', schema: undefined, content: undecodable(record, error, reason) }
}

export function undecodableOutcome(
  content: Extract<Content, { type: 'undecodable' }>,
): CompletedOutcome {
  return { type: 'dead-lettered', reason: content.reason, error: new Failure(content.error) }
}
