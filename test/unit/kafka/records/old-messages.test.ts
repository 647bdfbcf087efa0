import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { InflateLimit } from '../../../../src/kafka/records/inflate-limit.ts'
import { BatchOpener } from '../../../../src/kafka/records/open-batch.ts'
import { splitBatches } from '../../../../src/kafka/records/split-batches.ts'
import { CorruptRecords } from '../../../../src/kafka/records/varints.ts'

const require = createRequire(import.meta.url)
const Encoder = require('kafkajs/src/protocol/encoder')
const messageV0 = require('kafkajs/src/protocol/message/v0')
const messageV1 = require('kafkajs/src/protocol/message/v1')

/** As a broker from before Kafka 0.11 has it in its log. */
function entry(offset: number, message: { size(): number; buffer: Buffer }): Buffer {
  const encoded = new Encoder().writeInt64(offset).writeInt32(message.size()).writeEncoder(message)
  return encoded.buffer
}

const v0 = messageV0({ key: 'key', value: 'one' })
const v1 = messageV1({ key: 'key', value: 'two', timestamp: 1_500_000_000_000 })
const log = Buffer.concat([entry(7, v0), entry(8, v1)])
const open = (batch: Parameters<BatchOpener['open']>[0]) =>
  new BatchOpener({ topic: 'events', partition: 0 }, new InflateLimit()).open(batch)

it('reads messages from before Kafka 0.11', async () => {
  const { batches } = splitBatches(log)
  expect(batches.map(({ lastOffset }) => lastOffset)).toEqual([7, 8])
  const read = []
  for (const batch of batches) {
    const record = (await open(batch)).records.next()!
    read.push([record.offset, String(record.key), String(record.value)])
  }
  expect(read).toEqual([
    [7, 'key', 'one'],
    [8, 'key', 'two'],
  ])
})

it('rejects one whose checksum is wrong', () => {
  for (let at = 12; at < entry(7, v0).length; at++) {
    const bytes = Buffer.from(entry(7, v0))
    bytes[at]! ^= 0x80
    if (bytes[16]! >= 2) continue
    expect(() => open(splitBatches(bytes).batches[0]!)).toThrow(CorruptRecords)
  }
})
