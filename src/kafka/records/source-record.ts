import { NO_HEADERS } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'

/** A record without headers, as kafkajs gives it. */
export interface ReadMessage {
  offset: string
  timestamp: string
  key: Buffer | null
  value: Buffer | null
}

interface Place {
  topic: string
  partition: number
}

/** A reusable record, for callers that copy what they keep. */
export function emptyRecord({ topic, partition }: Place): SourceRecord {
  return {
    topic,
    partition,
    offset: 0,
    timestampMs: 0,
    key: null,
    value: null,
    headers: NO_HEADERS,
  }
}

/** Puts what kafkajs read of a partition into the record. */
export function fillRecord(
  record: SourceRecord,
  { offset, timestamp, key, value }: ReadMessage,
): void {
  record.offset = Number(offset)
  record.timestampMs = Number(timestamp)
  record.key = key
  record.value = value
}
