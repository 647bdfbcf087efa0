import type { IHeaders, Message } from 'kafkajs'
import type { RecordHeaders } from '../../src/event/record.ts'
import type { OutgoingRecord } from '../../src/kafka/producer/message.ts'

/** Converts a record for kafkajs's own producer. */
export function kafkaMessage(record: OutgoingRecord): Message {
  const { key, value, headers, partition, timestampMs } = record
  const message: Message = { key, value }
  if (headers !== undefined) {
    message.headers = areAsKafkajsTakesThem(headers) ? headers : kafkaHeaders(headers)
  }
  if (partition !== undefined) message.partition = partition
  if (timestampMs !== undefined) message.timestamp = String(timestampMs)
  return message
}

function areAsKafkajsTakesThem(headers: RecordHeaders): headers is IHeaders {
  return Object.values(headers).every(
    (value) => typeof value === 'string' || Buffer.isBuffer(value),
  )
}

/**
 * `undefined` means that the header is absent; `null` is a header without a value, as Kafka has it.
 */
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
 * kafkajs can read null headers but throws on writing one, because it measures the value before it
 * checks for null. This buffer is measured as empty; its length then reads as -1, Kafka's encoding
 * of null, when kafkajs writes the length, and as 0 when it copies the bytes. Both lengths are
 * encoded in one byte, so the measured size stays right; the alternation starts over at each retry.
 */
function nullHeader(): Buffer {
  let reads = 0
  return Object.defineProperty(Buffer.alloc(0), 'length', {
    get: () => (reads++ % 2 === 0 ? -1 : 0),
  })
}
