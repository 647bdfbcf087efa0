// The plain kafkajs producer: sends encoded buffers in batches of the publisher's size.
import { readFile } from 'node:fs/promises'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { toRecord } from '../../src/publish/to-record.ts'
import { kafkaMessage } from '../../test/support/kafka-message.ts'
import { jobOf, tell } from '../lib/child.ts'
import { createMeter } from '../lib/meter.ts'
import { plainProducer } from '../lib/plain-producer.ts'
import type { PublishJob } from './publish.ts'

const BATCH = 1_000

const { brokers, topic, file, records } = jobOf<PublishJob>()
const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
// Never consumed, so any schema id works.
const messages = lines.map((line) =>
  kafkaMessage(toRecord(builtInContract(), JSON.parse(line), { schemaId: 1, source: '/bench' })),
)
const producer = await plainProducer({ brokers })
const meter = createMeter()
meter.begin()
for (let from = 0; from < messages.length; from += BATCH) {
  await producer.send({ topic, messages: messages.slice(from, from + BATCH) })
}
meter.end()
await producer.disconnect()
tell(meter.sample(records))
