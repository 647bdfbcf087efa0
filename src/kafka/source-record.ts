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
export function toSourceRecord(
  { topic, partition }: { topic: string; partition: number },
  { offset, timestamp, key, value, headers = {} }: ReadMessage,
): SourceRecord {
  return {
    topic,
    partition,
    offset: Number(offset),
    timestampMs: Number(timestamp),
    key,
    value,
    headers,
  }
}
