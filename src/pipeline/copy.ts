import type { RecordHeaders, SourceRecord } from '../event/record.ts'

/**
 * Copies a record out of the source's buffer. Clients hand out views into a whole fetch: keeping
 * one 300-byte view keeps its megabyte alive, so what waits in a lane must be a copy.
 */
export function copyRecord(record: SourceRecord): SourceRecord {
  return {
    ...record,
    key: record.key === null ? null : Buffer.from(record.key),
    value: record.value === null ? null : Buffer.from(record.value),
    headers: copyHeaders(record.headers),
  }
}

/** The bytes that a record keeps in memory, as far as the byte budget is concerned. */
export function bytesOf(record: SourceRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0)
  for (const name in record.headers) bytes += name.length + headerBytes(record.headers[name])
  return bytes
}

/** What the objects around a record's bytes take, by a rough count. */
const RECORD_OVERHEAD_BYTES = 256

function copyHeaders(headers: RecordHeaders): RecordHeaders {
  const copy: RecordHeaders = {}
  for (const name in headers) copy[name] = copyHeader(headers[name])
  return copy
}

function copyHeader(value: RecordHeaders[string]): RecordHeaders[string] {
  if (Array.isArray(value)) return value.map((one) => copyHeader(one) as Buffer | string)
  return Buffer.isBuffer(value) ? Buffer.from(value) : value
}

function headerBytes(value: RecordHeaders[string]): number {
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + one.length, 0)
  return value?.length ?? 0
}
