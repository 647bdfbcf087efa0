import type { SourceRecord } from '../../event/record.ts'

/** A record as kafkajs gives it. */
export interface ReadMessage {
  offset: string
  timestamp: string
  key: Buffer | null
  value: Buffer | null
  headers?: SourceRecord['headers']
}

interface Place {
  topic: string
  partition: number
}

/** A reusable record, for callers that copy what they keep. */
export function emptyRecord({ topic, partition }: Place): SourceRecord {
  return { topic, partition, offset: 0, timestampMs: 0, key: null, value: null, headers: {} }
}

/** A record of its own, whose buffers are still views. Throws CorruptRecords if its headers are. */
export function copyOf(record: SourceRecord): SourceRecord {
  const { topic, partition, offset, timestampMs, key, value, headers } = record
  return { topic, partition, offset, timestampMs, key, value, headers }
}

/** Puts what kafkajs read of a partition into the record. */
export function fillRecord(
  record: SourceRecord,
  { offset, timestamp, key, value, headers = {} }: ReadMessage,
): void {
  record.offset = Number(offset)
  record.timestampMs = Number(timestamp)
  record.key = key
  record.value = value
  record.headers = headers
}
