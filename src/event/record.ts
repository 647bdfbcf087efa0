import { isUtf8 } from 'node:buffer'

/** Kafka has headers whose value is null. */
type HeaderValue = Buffer | string | null

/**
 * Kafka headers by name: one value, or several under one name. Names may be those that every object
 * inherits, so values are added by `addHeader`.
 */
export type RecordHeaders = Record<string, HeaderValue | HeaderValue[] | undefined>

/** Adds a value behind those of the same name. */
export function addHeader(headers: RecordHeaders, name: string, value: HeaderValue): void {
  const known = Object.hasOwn(headers, name) ? headers[name] : undefined
  if (Array.isArray(known)) known.push(value)
  else setHeader(headers, name, known === undefined ? value : [known, value])
}

/** Assigning to `__proto__` would replace what the object inherits. */
export function setHeader(
  headers: RecordHeaders,
  name: string,
  value: RecordHeaders[string],
): void {
  if (name !== '__proto__') headers[name] = value
  else Object.defineProperty(headers, name, { value, enumerable: true, configurable: true })
}

/** A Kafka record, independent of any client's types. */
export interface SourceRecord {
  topic: string
  partition: number
  /**
   * Kafka's offsets are 64-bit. A number holds them exactly up to 2^53, which one partition reaches
   * after 285 years at a million records a second.
   */
  offset: number
  timestampMs: number
  key: Buffer | null
  /** `null` is a tombstone. */
  value: Buffer | null
  headers: RecordHeaders
  /**
   * Why its bytes are not here: it stands for a batch that takes too much memory. Undefined for any
   * other record.
   */
  tooLarge?: string
}

/** `topic/partition`, for logs, errors and keys of maps. */
export function partitionName({
  topic,
  partition,
}: Pick<SourceRecord, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`
}

/** `topic/partition@offset`, for logs and errors. */
export function placeOf(record: Pick<SourceRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${partitionName(record)}@${record.offset}`
}

/** As below, for text that becomes part of an event. Throws if it is not UTF-8: two could become one. */
export function utf8Header(record: SourceRecord, name: string): string | undefined {
  const text = headerText(record, name)
  if (text?.includes('\ufffd') && !isUtf8Header(record.headers[name])) {
    throw new Error(`header ${name}: expected text in UTF-8`)
  }
  return text
}

function isUtf8Header(value: RecordHeaders[string]): boolean {
  const last = Array.isArray(value) ? value.at(-1) : value
  return !Buffer.isBuffer(last) || isUtf8(last)
}

/** A header's text. Of several values under one name the last counts, as in Kafka's clients. */
export function headerText(record: SourceRecord, name: string): string | undefined {
  if (!Object.hasOwn(record.headers, name)) return undefined
  const value = record.headers[name]
  const last = Array.isArray(value) ? value.at(-1) : value
  return last?.toString()
}

/** The bytes of the headers' names and values. */
export function headerBytes(headers: RecordHeaders): number {
  let bytes = 0
  for (const [name, value] of Object.entries(headers)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      bytes += Buffer.byteLength(name) + Buffer.byteLength(each ?? '')
    }
  }
  return bytes
}
