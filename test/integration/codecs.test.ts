import kafkajs from 'kafkajs'
import { beforeAll, describe, expect, it } from 'vitest'
import { BATCH_BYTES_MAX } from '../../src/kafka/codecs/codecs.ts'
import { moved } from '../support/events.ts'
import { javaMissing } from '../support/java-avro.ts'
import { produceJava } from '../support/java-kafka.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { kafkaClient, uniqueName, until } from '../support/stack.ts'

const missing = javaMissing()
const COUNT = 200

type Situation = Awaited<ReturnType<typeof situation>>

/** Writes events with Kafka's Java producer, in batches with this compression. */
async function produceCompressed(s: Situation, compression: string): Promise<string[]> {
  const events = Array.from({ length: COUNT }, (_, n) => moved(`ent_${n % 20}`, n))
  const records = events.map((event) => {
    const { key, value } = s.record(event)
    const hex = value.subarray(5).toString('hex')
    return { key: String(key), schemaId: value.readUInt32BE(1), hex }
  })
  await produceJava(s.topic, records, { 'compression.type': compression, 'linger.ms': '200' })
  return events.map(({ id }) => id).sort()
}

/** Writes one batch of a few kilobytes that takes more memory than a batch may. */
async function produceBomb(topic: string): Promise<void> {
  const producer = kafkaClient().producer()
  await producer.connect()
  const value = Buffer.alloc(1_000_000)
  const messages = Array.from({ length: BATCH_BYTES_MAX / value.length + 1 }, () => ({ value }))
  await producer.send({ topic, messages, compression: kafkajs.CompressionTypes.ZSTD })
  await producer.disconnect()
}

/** Runs a plain kafkajs consumer until it crashes or has all records: how many it got, and why it crashed. */
async function readPlainly(topic: string): Promise<{ handled: number; crash?: Error }> {
  const consumer = kafkaClient().consumer({ groupId: uniqueName('plain') })
  const seen = { handled: 0 } as { handled: number; crash?: Error }
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    // It begins again by itself where the coordinator of a new broker is not ready.
    if (!payload.restart) seen.crash = payload.error
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async () => {
      seen.handled += 1
    },
  })
  const isOver = () => seen.crash !== undefined || seen.handled >= COUNT
  await until(isOver, { what: `kafkajs to read ${topic} or to crash` })
  await consumer.disconnect()
  return seen
}

describe.skipIf(missing !== undefined)(
  `a Java producer${missing ? ` (no ${missing})` : ''}`,
  () => {
    // Codecs are registered with kafkajs for the whole process, so tests without them run first.
    const plain = new Map<string, { handled: number; crash?: Error }>()
    const situations = new Map<string, { s: Situation; ids: string[]; seen: () => string[] }>()
    const codecs = ['gzip', 'snappy', 'lz4', 'zstd']

    beforeAll(async () => {
      for (const codec of codecs) {
        const { plugin, ids: seen } = recorder()
        const s = await situation({ plugins: [plugin] })
        situations.set(codec, { s, ids: await produceCompressed(s, codec), seen })
        plain.set(codec, await readPlainly(s.topic))
      }
    }, 700_000)

    it.each(['snappy', 'lz4', 'zstd'])('compresses with %s: plain kafkajs crashes', (codec) => {
      expect(plain.get(codec)).toMatchObject({
        handled: 0,
        crash: { name: 'KafkaJSNotImplemented' },
      })
    })

    it('compresses with gzip: plain kafkajs reads it', () => {
      expect(plain.get('gzip')).toEqual({ handled: COUNT })
    })

    it.each(codecs)('compresses with %s: every record is handled', async (codec) => {
      const { s, ids, seen } = situations.get(codec)!
      await s.start()
      await s.caughtUp()
      expect(seen().sort()).toEqual(ids)
      expect(await s.letters()).toEqual([])
    })

    it('compresses beyond the limit: the batch is dead-lettered, and later records are handled', async () => {
      const { plugin, seen } = recorder()
      const s = await situation({ plugins: [plugin], partitions: 1 })
      const service = await s.start()
      await produceBomb(s.topic)
      await s.publish([moved('after')])
      await s.caughtUp()
      expect(seen).toHaveLength(1)
      const error = `offsets 0 to 134: cannot read a batch compressed with zstd: the decompressed size exceeds ${BATCH_BYTES_MAX} bytes`
      const headers = { 'dlq.plugin': '*', 'dlq.reason': 'too-large', 'dlq.error': error }
      expect(await s.letters()).toMatchObject([{ value: null, headers }])
      expect(service.failures).toEqual([])
    })
  },
)
