import { HeaderList } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'

/** A copy of the record that owns its bytes. */
export function copyRecord(record: SourceRecord): SourceRecord {
  return record.copy?.() ?? copyOf(record)
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

/** The bytes that a record keeps in memory, as counted by the byte budget. */
export function bytesOf({ key, value, headers }: SourceRecord): number {
  return RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + headers.size
}

/** A rough estimate of the memory for the objects around a record's bytes. */
const RECORD_OVERHEAD_BYTES = 256

function copyOf(record: SourceRecord): SourceRecord {
  const headers = [...record.headers].map(({ name, value }) => {
    return { name: bytesCopy(name), value: bytesCopy(value) }
  })
  const { key, value } = record
  return {
    ...record,
    key: bytesCopy(key),
    value: bytesCopy(value),
    headers: new HeaderList(headers),
  }
}

function bytesCopy<T extends Buffer | string | null>(part: T): T {
  return Buffer.isBuffer(part) ? (Buffer.from(part) as T) : part
}
