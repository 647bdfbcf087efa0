import type { IHeaders, Message } from 'kafkajs'
import { HeaderList, headersByName, type RecordHeaders } from '../../src/event/headers.ts'
import type { OutgoingRecord } from '../../src/kafka/producer/message.ts'

/** Converts a record for kafkajs's own producer. */
export function kafkaMessage(record: OutgoingRecord): Message {
  const { key, value, headers, partition, timestampMs } = record
  const message: Message = { key, value }
  if (headers !== undefined) message.headers = kafkaHeaders(headers)
  if (partition !== undefined) message.partition = partition
  if (timestampMs !== undefined) message.timestamp = String(timestampMs)
  return message
}

/** The headers as kafkajs writes them: those of one name are next to each other. */
export function asKafkajsWrites(headers: RecordHeaders): HeaderList {
  const all = Object.entries(headersByName(headers, (value) => value))
  return new HeaderList(
    all.flatMap(([name, values]) => [values].flat().map((value) => ({ name, value }))),
  )
}

export function kafkaHeaders(headers: RecordHeaders): IHeaders {
  return headersByName(headers, (value) => value ?? nullHeader())
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
