import { HeaderList } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'

/**
 * A copy of the record that owns its bytes. Records are views into what was fetched: a view would keep
 * all of it in memory, and where the memory is used again its bytes become those of others.
 */
export function copyRecord(record: SourceRecord): SourceRecord {
  return record.copy?.() ?? copyOf(record)
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
