import type { Projection, WriterSchema } from '../../avro/writer-schema.ts'
import { headerText, NO_HEADERS } from '../../event/headers.ts'
import type { Path } from '../../event/path.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { Fields } from '../../filter/compile.ts'
import { messageOf } from '../../util/errors.ts'
import { Envelope } from './envelope.ts'

const NO_RECORD: SourceRecord = {
  topic: '',
  partition: 0,
  offset: 0,
  timestampMs: 0,
  key: null,
  value: null,
  headers: NO_HEADERS,
}

/** The record that filters see. One object is reused for all records. */
export class FilterRecord extends Envelope implements Fields {
  /** Why the fields cannot be read. */
  failure: { readonly error: string } | undefined
  readonly #paths: Path[] = []
  readonly #slots: unknown[] = []
  #projections = new WeakMap<WriterSchema, Projection>()
  #schema: WriterSchema | undefined
  #isRead = false

  constructor() {
    super('', NO_RECORD)
  }

  /** The slot of a path; filters that name the same path share it. */
  slotOf(path: Path): number {
    const known = this.#paths.findIndex((each) => isSame(each, path))
    return known >= 0 ? known : this.#paths.push(path) - 1
  }

  put(name: string, schema: WriterSchema | undefined, record: SourceRecord): void {
    this.name = name
    this.record = record
    this.#schema = schema
    this.#isRead = false
    this.failure = undefined
  }

  /** Drops the record, which may be a view that keeps a whole fetch in memory. */
  clear(): void {
    this.put('', undefined, NO_RECORD)
  }

  header(name: string): string | undefined {
    return headerText(this.record, name)
  }

  /** All slots are filled when the first one is read. */
  slot(slot: number): unknown {
    if (!this.#isRead) this.#read()
    return this.#slots[slot]
  }

  #read(): void {
    this.#isRead = true
    const { value } = this.record
    if (this.#schema === undefined || value === null) return
    try {
      this.#projectionOf(this.#schema)(value, this.#slots, this)
    } catch (error) {
      this.failure = { error: messageOf(error) }
    }
  }

  #projectionOf(schema: WriterSchema): Projection {
    const known = this.#projections.get(schema)
    if (known !== undefined) return known
    const projection = schema.projection(this.#paths)
    this.#projections.set(schema, projection)
    return projection
  }
}

function isSame(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((segment, i) => segment === b[i])
}
