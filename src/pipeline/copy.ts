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

/**
 * All bytes of a record in one buffer. Its headers, of which there are many and which few ask for,
 * become objects when somebody does.
 */
class RecordCopy implements SourceRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** The headers' bytes, one after the other. */
  #bytes: Buffer
  #names: string[] = []
  /** What each header was, a number of bytes where it was just that. */
  #sizes: (number | Exclude<Header, Buffer>)[] = []
  #headers: RecordHeaders | undefined

  constructor({ topic, partition, offset, timestampMs, key, value, headers }: SourceRecord) {
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.timestampMs = timestampMs
    const bytes = Buffer.allocUnsafe(sizeOf(key) + sizeOf(value) + sizeOfBuffers(headers))
    const keyEnd = put(bytes, key, 0)
    const valueEnd = put(bytes, value, keyEnd)
    this.key = key && bytes.subarray(0, keyEnd)
    this.value = value && bytes.subarray(keyEnd, valueEnd)
    this.#bytes = bytes.subarray(valueEnd)
    this.#keep(headers, bytes, valueEnd)
  }

  get headers(): RecordHeaders {
    this.#headers ??= this.#unpack()
    return this.#headers
  }

  #keep(headers: RecordHeaders, bytes: Buffer, start: number): void {
    let end = start
    for (const name in headers) {
      const header = headers[name]
      this.#names.push(name)
      if (Buffer.isBuffer(header)) end = put(bytes, header, end)
      this.#sizes.push(Buffer.isBuffer(header) ? header.length : copyList(header))
    }
  }

  #unpack(): RecordHeaders {
    const headers: RecordHeaders = {}
    let start = 0
    for (const [i, name] of this.#names.entries()) {
      const size = this.#sizes[i]
      if (typeof size === 'number') {
        headers[name] = this.#bytes.subarray(start, start + size)
        start += size
      } else headers[name] = size
    }
    return headers
  }
}

function sizeOf(bytes: Buffer | null): number {
  return bytes === null ? 0 : bytes.length
}

function sizeOfBuffers(headers: RecordHeaders): number {
  let size = 0
  for (const name in headers) {
    const header = headers[name]
    if (Buffer.isBuffer(header)) size += header.length
  }
  return size
}

/** Answers where the bytes end. */
function put(target: Buffer, bytes: Buffer | null, start: number): number {
  if (bytes === null) return start
  target.set(bytes, start)
  return start + bytes.length
}

/** Several values under one name, which is rare. */
function copyList(header: Exclude<Header, Buffer>): Exclude<Header, Buffer> {
  if (!Array.isArray(header)) return header
  return header.map((one) => (Buffer.isBuffer(one) ? Buffer.from(one) : one))
}

function headerBytes(value: Header): number {
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + one.length, 0)
  return value?.length ?? 0
}
