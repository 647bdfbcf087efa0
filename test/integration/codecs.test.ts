import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { registerCodecs } from '../../src/kafka/codecs/codecs.ts'
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

/** Runs a plain kafkajs consumer until it crashes or has all records: how many it got, and why it crashed. */
async function readPlainly(topic: string): Promise<{ handled: number; crash?: Error }> {
  const consumer = kafkaClient().consumer({ groupId: uniqueName('plain') })
  const seen = { handled: 0 } as { handled: number; crash?: Error }
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    seen.crash = payload.error
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

    it('compresses beyond the limit: the service fails and names codec, partition and limit', async () => {
      const { plugin, seen } = recorder()
      const s = await situation({ plugins: [plugin], partitions: 1 })
      const service = await s.start()
      registerCodecs(1_000)
      onTestFinished(() => registerCodecs())
      await produceCompressed(s, 'zstd')
      const failure = await until(() => service.failures[0], { what: 'the service to fail' })
      expect(failure).toMatchObject({
        code: 'CODEC_FAILED',
        message: `${s.topic}/0@0: cannot read a batch compressed with zstd: it is more than 1000 bytes when decompressed`,
      })
      expect(seen).toEqual([])
    })
  },
)
