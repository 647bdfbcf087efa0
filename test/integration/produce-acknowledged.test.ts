import { afterAll, beforeAll, expect, it } from 'vitest'
import { HeaderList, headersOf } from '../../src/event/headers.ts'
import { createProducer, type Producer } from '../../src/kafka/producer/producer.ts'
import { readTopic } from '../support/read-topic.ts'
import { createTopics, kafkaClient, serviceClient, uniqueName } from '../support/stack.ts'
import { widen } from '../support/topic-admin.ts'

let producer: Producer

beforeAll(async () => {
  producer = await createProducer(serviceClient())
})

afterAll(() => producer.close())

const record = (value: string, partition?: number) => ({
  key: 'k',
  value: Buffer.from(value),
  ...(partition !== undefined && { partition }),
})

it('plain kafkajs resolves a send to a missing partition, and writes nothing', async () => {
  const topic = uniqueName('narrow')
  await createTopics({ topic, numPartitions: 2 })
  const plain = kafkaClient().producer()
  await plain.connect()
  const answer = await plain.send({ topic, messages: [{ value: 'lost', partition: 5 }] })
  await plain.disconnect()
  expect(answer).toEqual([])
  expect(await readTopic(topic)).toEqual([])
})

it('fails a send to a missing partition', async () => {
  const topic = uniqueName('narrow')
  await createTopics({ topic, numPartitions: 2 })
  await expect(producer.send(topic, [record('kept', 5)])).rejects.toMatchObject({
    code: 'PRODUCE_UNACKNOWLEDGED',
    retryable: true,
    message: expect.stringContaining(
      `topic ${topic}: Kafka acknowledged no offset for partition 5`,
    ),
  })
  expect(await readTopic(topic)).toEqual([])
})

it('writes to a partition that was added while it was connected', async () => {
  const topic = uniqueName('widened')
  await createTopics({ topic, numPartitions: 1 })
  await producer.send(topic, [record('first', 0)])
  await widen(topic, 3)
  const written = await producer.send(topic, [record('second', 2)])
  expect(written).toEqual([{ partition: 2, baseOffset: '0' }])
})

it('loses nothing after a rejected send, as kafkajs would', async () => {
  const small = uniqueName('small')
  const other = uniqueName('other')
  await createTopics(
    {
      topic: small,
      numPartitions: 2,
      configEntries: [{ name: 'max.message.bytes', value: '1000' }],
    },
    { topic: other, numPartitions: 1 },
  )
  const plain = kafkaClient().producer({ idempotent: true, retry: { retries: 2 } })
  await plain.connect()
  // A broker may still refuse the first write to a new topic, and would hide what is shown here.
  await plain.send({ topic: other, messages: [{ value: 'zero' }] })
  const large = { partition: 0, value: 'x'.repeat(5_000) }
  const refused = plain.sendBatch({
    topicMessages: [
      { topic: small, messages: [large] },
      { topic: other, messages: [{ value: 'one' }] },
    ],
  })
  await expect(refused).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' })
  // Acknowledged with the offset of the first record, and not written.
  await plain.send({ topic: other, messages: [{ value: 'swallowed' }] })
  await plain.disconnect()
  expect((await readTopic(other)).map(({ value }) => String(value))).toEqual(['zero', 'one'])

  await expect(
    producer.send(small, [record('x'.repeat(5_000), 0), record('beside', 1)]),
  ).rejects.toMatchObject({
    code: 'PRODUCE_UNACKNOWLEDGED',
    retryable: false,
    message: expect.stringContaining(`topic ${small} refused the write`),
  })
  await producer.send(small, [record('after', 1)])
  expect((await readTopic(small)).map(({ value }) => String(value))).toEqual(['beside', 'after'])
})

it('preserves null keys, null values and headers', async () => {
  const topic = uniqueName('exact')
  await createTopics({ topic, numPartitions: 3 })
  const named = headersOf({ none: null, empty: '', bytes: Buffer.from([0, 255]) })
  const many = ['a', 'b'].map((value) => ({ name: 'many', value }))
  const headers = new HeaderList([...named, ...many])
  await producer.send(topic, [
    { key: null, value: null, headers, partition: 1 },
    { key: Buffer.from([0, 255]), value: Buffer.alloc(0), partition: 1 },
  ])
  const [first, second] = await readTopic(topic)
  expect(first).toMatchObject({ partition: 1, key: null, value: null })
  expect(first?.headers).toEqual({
    none: null,
    empty: Buffer.alloc(0),
    bytes: Buffer.from([0, 255]),
    many: [Buffer.from('a'), Buffer.from('b')],
  })
  expect(second).toMatchObject({ key: Buffer.from([0, 255]), value: Buffer.alloc(0) })
})

it('keeps the order of concurrent sends', async () => {
  const topic = uniqueName('ordered')
  await createTopics({ topic, numPartitions: 1 })
  const values = Array.from({ length: 200 }, (_, i) => String(i))
  await Promise.all(values.map((value) => producer.send(topic, [record(value)])))
  expect((await readTopic(topic)).map(({ value }) => String(value))).toEqual(values)
})

it.each([
  ['none', false],
  ['gzip', true],
  ['zstd', true],
])(
  'with KAFKA_COMPRESSION=%s, records that compress fit under the limit: %s',
  async (codec, fits) => {
    const topic = uniqueName(codec)
    const configEntries = [{ name: 'max.message.bytes', value: '1000' }]
    await createTopics({ topic, numPartitions: 1, configEntries })
    const compressing = await createProducer(serviceClient({ KAFKA_COMPRESSION: codec }))
    const value = 'x'.repeat(50_000)
    const sent = compressing.send(topic, [record(value)]).finally(() => compressing.close())
    if (!fits) return expect(sent).rejects.toMatchObject({ code: 'PRODUCE_UNACKNOWLEDGED' })
    await sent
    expect((await readTopic(topic)).map((each) => String(each.value))).toEqual([value])
  },
)
