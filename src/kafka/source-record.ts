import type { SourceRecord } from '../event/record.ts'

/** A record as kafkajs gives it. */
export interface ReadMessage {
  offset: string
  timestamp: string
  key: Buffer | null
  value: Buffer | null
  headers?: SourceRecord['headers']
}

/** The record, free of kafkajs's types; its buffers are still views into what was fetched. */
export function toSourceRecord(place: Place, message: ReadMessage): SourceRecord {
  const record = emptyRecord(place)
  fillRecord(record, message)
  return record
}

interface Place {
  topic: string
  partition: number
}

/** A record to fill again and again, for those who copy what they keep. */
export function emptyRecord({ topic, partition }: Place): SourceRecord {
  return { topic, partition, offset: 0, timestampMs: 0, key: null, value: null, headers: {} }
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
