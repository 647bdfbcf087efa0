import { type RecordHeaders, type SourceRecord, setHeader } from '../../event/record.ts'

/** A copy of the record that owns its bytes. */
export function copyRecord(record: SourceRecord): SourceRecord {
  const bytes = plainBytesOf(record.headers)
  return bytes === undefined ? looseCopy(record) : new CompactCopy(record, bytes)
}

/**
 * Copies a record out of the fetch buffer, once. Records are views into a whole fetch: keeping a
 * 300-byte view keeps its megabyte in memory, so a record that outlives the fetch must be a copy.
 */
export function retain(holder: { record: SourceRecord; isRetained: boolean }): void {
  if (holder.isRetained) return
  holder.record = copyRecord(holder.record)
  holder.isRetained = true
}

/** A record of its own for a reused one; its buffers are still views into what was fetched. */
export function viewOf(record: SourceRecord): SourceRecord {
  const { topic, partition, offset, timestampMs, key, value, headers } = record
  return { topic, partition, offset, timestampMs, key, value, headers }
}

/** The bytes that a record keeps in memory, as counted by the byte budget. */
export function bytesOf(record: SourceRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0)
  for (const name in record.headers) bytes += name.length + bytesIn(record.headers[name])
  return bytes
}

/** A rough estimate of the memory for the objects around a record's bytes. */
const RECORD_OVERHEAD_BYTES = 256

type Header = RecordHeaders[string]

/** For records with headers that are not single buffers, for example repeated names. */
function looseCopy(record: SourceRecord): SourceRecord {
  const headers: RecordHeaders = {}
  for (const name in record.headers) setHeader(headers, name, copyOf(record.headers[name]))
  return { ...viewOf(record), key: copyOf(record.key), value: copyOf(record.value), headers }
}

function copyOf<T extends Header>(part: T): T {
  if (Buffer.isBuffer(part)) return Buffer.from(part) as T
  return Array.isArray(part) ? (part.map(copyOf) as T) : part
}

/** The length of a null key or value. */
const NULL = -1
const SIZE_BYTES = 4

/**
 * All bytes of a record in one buffer: the sizes of its headers, key, value, headers. Many copies may
 * wait for a long time, and each garbage collection visits every object, so a copy has few objects.
 * Views of the bytes are created on demand.
 */
class CompactCopy implements SourceRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly #bytes: Buffer
  readonly #keyLength: number
  readonly #valueLength: number
  readonly #names: readonly string[]

  constructor(record: SourceRecord, headerBytes: number) {
    const { topic, partition, offset, timestampMs, key, value, headers } = record
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.timestampMs = timestampMs
    this.#keyLength = key === null ? NULL : key.length
    this.#valueLength = value === null ? NULL : value.length
    this.#names = namesOf(headers)
    this.#bytes = Buffer.allocUnsafe(this.#headersStart + headerBytes)
    let end = this.#sizesBytes
    if (key !== null) end = put(this.#bytes, key, end)
    if (value !== null) end = put(this.#bytes, value, end)
    for (let i = 0; i < this.#names.length; i++) {
      const header = headers[this.#names[i] as string] as Buffer
      this.#bytes.writeUInt32LE(header.length, i * SIZE_BYTES)
      end = put(this.#bytes, header, end)
    }
  }

  get key(): Buffer | null {
    if (this.#keyLength === NULL) return null
    return this.#bytes.subarray(this.#sizesBytes, this.#valueStart)
  }

  get value(): Buffer | null {
    if (this.#valueLength === NULL) return null
    return this.#bytes.subarray(this.#valueStart, this.#headersStart)
  }

  get headers(): RecordHeaders {
    const headers: RecordHeaders = {}
    let start = this.#headersStart
    for (const [i, name] of this.#names.entries()) {
      const end = start + this.#bytes.readUInt32LE(i * SIZE_BYTES)
      setHeader(headers, name, this.#bytes.subarray(start, end))
      start = end
    }
    return headers
  }

  get #sizesBytes(): number {
    return this.#names.length * SIZE_BYTES
  }

  get #valueStart(): number {
    return this.#sizesBytes + Math.max(0, this.#keyLength)
  }

  get #headersStart(): number {
    return this.#valueStart + Math.max(0, this.#valueLength)
  }
}

/** The header names of the previous record, which are almost always the same. */
let lastNames: readonly string[] = []

function namesOf(headers: RecordHeaders): readonly string[] {
  let count = 0
  let isSame = true
  for (const name in headers) if (lastNames[count++] !== name) isSame = false
  if (!isSame || count !== lastNames.length) lastNames = Object.keys(headers)
  return lastNames
}

/** The total size of the headers; undefined if one of them is not a single buffer. */
function plainBytesOf(headers: RecordHeaders): number | undefined {
  let bytes = 0
  for (const name in headers) {
    const header = headers[name]
    if (!Buffer.isBuffer(header)) return undefined
    bytes += header.length
  }
  return bytes
}

/** Copies bytes and returns where they end. */
function put(target: Buffer, part: Buffer, start: number): number {
  target.set(part, start)
  return start + part.length
}

function bytesIn(value: Header): number {
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + (one?.length ?? 0), 0)
  return value?.length ?? 0
}
