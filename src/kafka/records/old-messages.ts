import { createRequire } from 'node:module'
import type { RecordReader } from './batch-records.ts'
import { emptyRecord, fillRecord, type ReadMessage } from './source-record.ts'

const require = createRequire(import.meta.url)

type Decode = (decoder: unknown, bytes: number) => Promise<ReadMessage[]>

/**
 * Reads a message of format 0 or 1, from before Kafka 0.11, by kafkajs's decoder. A compressed one
 * holds several records.
 */
export async function readOldMessage(
  place: { topic: string; partition: number },
  message: Buffer,
): Promise<RecordReader> {
  const Decoder = require('kafkajs/src/protocol/decoder')
  const decode: Decode = require('kafkajs/src/protocol/messageSet/decoder')
  const messages = await decode(new Decoder(message), message.length)
  const record = emptyRecord(place)
  let at = 0
  return {
    next() {
      const read = messages[at++]
      if (read === undefined) return undefined
      fillRecord(record, read)
      return record
    },
  }
}
