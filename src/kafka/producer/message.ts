import type { IHeaders, Message } from 'kafkajs'
import type { RecordHeaders } from '../../event/record.ts'

export interface OutgoingRecord {
  key: Buffer | string | null
  /** `null` writes a tombstone. */
  value: Buffer | null
  headers?: RecordHeaders
  /** Unset: by murmur2 of the key, as Kafka's Java clients do; without a key any partition. */
  partition?: number
}

/** A record as kafkajs takes it, an object of its own each time: the partitioner writes into it. */
export function kafkaMessage({ key, value, headers, partition }: OutgoingRecord): Message {
  const message: Message = { key, value }
  if (headers !== undefined) {
    message.headers = areAsKafkajsTakesThem(headers) ? headers : kafkaHeaders(headers)
  }
  if (partition !== undefined) message.partition = partition
  return message
}

function areAsKafkajsTakesThem(headers: RecordHeaders): headers is IHeaders {
  return Object.values(headers).every(
    (value) => typeof value === 'string' || Buffer.isBuffer(value),
  )
}

/** Headers without a value can't be told from absent ones by type, yet Kafka and its clients have both. */
function kafkaHeaders(headers: RecordHeaders): IHeaders {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(headerValue) : headerValue(value),
    ]),
  )
}

function headerValue(value: Buffer | string | null | undefined): Buffer | string {
  return value ?? nullHeader()
}

/**
 * kafkajs reads null headers, but throws on writing one: it measures the value before it looks
 * whether there is one. This buffer is measured as empty; its length is -1, Kafka's sign for null,
 * when kafkajs writes the length, and 0 when it copies the bytes after it. Both are one byte long,
 * so the measure holds; it starts over at each retry.
 */
function nullHeader(): Buffer {
  let reads = 0
  return Object.defineProperty(Buffer.alloc(0), 'length', {
    get: () => (reads++ % 2 === 0 ? -1 : 0),
  })
}
