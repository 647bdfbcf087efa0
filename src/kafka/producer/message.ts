import type { RecordHeaders } from '../../event/headers.ts'

export interface OutgoingRecord {
  key: Buffer | string | null
  /** `null` writes a tombstone. */
  value: Buffer | null
  headers?: RecordHeaders | undefined
  /**
   * Default: by murmur2 of the key, as Kafka's Java clients do; any partition if there is no key.
   */
  partition?: number
  /** Default: now. */
  timestampMs?: number
}

/** The bytes of key, value and headers, without what Kafka adds, and before compression. */
export function recordBytes({ key, value, headers }: OutgoingRecord): number {
  return Buffer.byteLength(key ?? '') + (value?.length ?? 0) + (headers?.size ?? 0)
}
