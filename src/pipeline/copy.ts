import type { RecordHeaders, SourceRecord } from '../event/record.ts'

/** The record with bytes of its own. */
export function copyRecord(record: SourceRecord): SourceRecord {
  return new RecordCopy(record)
}

/**
 * Copies a record out of the source's buffer, once. Clients hand out views into a whole fetch:
 * keeping one 300-byte view keeps its megabyte alive, so what outlives the fetch must be a copy.
 */
export function keep(holder: { record: SourceRecord; isKept: boolean }): void {
  if (holder.isKept) return
  holder.record = copyRecord(holder.record)
  holder.isKept = true
}

/** The bytes that a record keeps in memory, as far as the byte budget is concerned. */
export function bytesOf(record: SourceRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0)
  for (const name in record.headers) bytes += name.length + headerBytes(record.headers[name])
  return bytes
}

/** What the objects around a record's bytes take, by a rough count. */
const RECORD_OVERHEAD_BYTES = 256

type Header = RecordHeaders[string]

/** Stands for the length of what is null. */
const NULL = -1

/**
 * All bytes of a record in one buffer: key, value, headers. Views of them, of which few are asked
 * for, are made when somebody asks.
 */
class RecordCopy implements SourceRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly #bytes: Buffer
  readonly #keyLength: number
  readonly #valueLength: number
  readonly #names: readonly string[]
  /** What each header was, its number of bytes where it was just that. */
  readonly #headers: readonly (number | Exclude<Header, Buffer>)[]

  constructor({ topic, partition, offset, timestampMs, key, value, headers }: SourceRecord) {
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.timestampMs = timestampMs
    this.#keyLength = key === null ? NULL : key.length
    this.#valueLength = value === null ? NULL : value.length
    this.#names = namesOf(headers)
    this.#headers = this.#names.map((name) => sizeOrCopy(headers[name]))
    this.#bytes = Buffer.allocUnsafe(this.#headersStart + bytesIn(this.#headers))
    let end = put(this.#bytes, key, 0)
    end = put(this.#bytes, value, end)
    for (const name of this.#names) end = put(this.#bytes, headers[name], end)
  }

  get key(): Buffer | null {
    return this.#keyLength === NULL ? null : this.#bytes.subarray(0, this.#keyLength)
  }

  get value(): Buffer | null {
    if (this.#valueLength === NULL) return null
    return this.#bytes.subarray(this.#valueStart, this.#headersStart)
  }

  get headers(): RecordHeaders {
    const headers: RecordHeaders = {}
    let start = this.#headersStart
    for (const [i, name] of this.#names.entries()) {
      const header = this.#headers[i]
      if (typeof header !== 'number') {
        headers[name] = header
      } else {
        headers[name] = this.#bytes.subarray(start, start + header)
        start += header
      }
    }
    return headers
  }

  get #valueStart(): number {
    return Math.max(0, this.#keyLength)
  }

  get #headersStart(): number {
    return this.#valueStart + Math.max(0, this.#valueLength)
  }
}

/** Those of the record before, which are almost always the same. */
let lastNames: readonly string[] = []

function namesOf(headers: RecordHeaders): readonly string[] {
  const names = Object.keys(headers)
  const isSame =
    names.length === lastNames.length && names.every((name, i) => name === lastNames[i])
  if (!isSame) lastNames = names
  return lastNames
}

function sizeOrCopy(header: Header): number | Exclude<Header, Buffer> {
  if (Buffer.isBuffer(header)) return header.length
  if (!Array.isArray(header)) return header
  return header.map((one) => (Buffer.isBuffer(one) ? Buffer.from(one) : one))
}

function bytesIn(headers: readonly (number | Exclude<Header, Buffer>)[]): number {
  let bytes = 0
  for (const header of headers) if (typeof header === 'number') bytes += header
  return bytes
}

/** Puts bytes, if that is what it is, and answers where they end. */
function put(target: Buffer, part: Header | null, start: number): number {
  if (!Buffer.isBuffer(part)) return start
  target.set(part, start)
  return start + part.length
}

function headerBytes(value: Header): number {
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + one.length, 0)
  return value?.length ?? 0
}
