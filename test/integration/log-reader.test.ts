import { connect, type Socket } from 'node:net'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import type { SourceRecord } from '../../src/event/record.ts'
import { Cluster } from '../../src/kafka/protocol/cluster.ts'
import { LogReader } from '../../src/kafka/reader/log-reader.ts'
import { systemClock as clock } from '../../src/util/clock.ts'
import { createTopics, endpoints, kafkaClient, uniqueName } from '../support/stack.ts'

it('reads on when its connections were lost in the middle, each record once', async () => {
  const topic = uniqueName('marks')
  await createTopics({ topic })
  await produce(topic, ['one', 'two'])
  const { cluster, cut, restore } = breakable()
  const reader = new LogReader({ cluster, topics: [topic], clock })
  await reader.start()
  onTestFinished(() => reader.close())
  expect(await readAll(reader, topic)).toEqual(['one', 'two'])

  cut()
  setTimeout(restore, 500)
  expect(await readAll(reader, topic)).toEqual(['one', 'two'])
})

it('says what it could not read while the brokers are away', async () => {
  const topic = uniqueName('marks')
  await createTopics({ topic })
  await produce(topic, ['one'])
  const { cluster, cut } = breakable()
  const reader = new LogReader({ cluster, topics: [topic], clock })
  await reader.start()
  onTestFinished(() => reader.close())
  cut()
  await expect(readAll(reader, topic)).rejects.toMatchObject({
    code: 'KAFKA_UNAVAILABLE',
    retryable: true,
    message: expect.stringContaining(`cannot fetch the offsets of topic ${topic}: `),
  })
})

it.each([
  ['no-such-topic', 0, /no-such-topic.*UNKNOWN_TOPIC_OR_PARTITION/],
  [undefined, 7, /has no partition 7: expected as many .*, got 1$/],
])('refuses to read %s, partition %i', async (missing, partition, message) => {
  const topic = missing ?? uniqueName('marks')
  if (missing === undefined) await createTopics({ topic })
  const reader = new LogReader({ cluster: breakable().cluster, topics: [topic], clock })
  await reader.start()
  onTestFinished(() => reader.close())
  const reading = readAll(reader, topic, partition)
  await expect(reading).rejects.toMatchObject({
    code: 'TOPIC_MISSING',
    message: expect.stringMatching(message),
  })
})

async function readAll(reader: LogReader, topic: string, partition = 0): Promise<string[]> {
  const values: string[] = []
  const onRecord = ({ value }: SourceRecord) => void values.push(String(value))
  const { signal: lost } = new AbortController()
  await reader.read({ topic, partition, lost, maxRecords: 100, onRecord })
  return values
}

/** A cluster whose connections can be cut. */
function breakable() {
  const sockets = new Set<Socket>()
  let isCut = false
  const [host, port] = endpoints().brokers.split(':') as [string, string]
  const cluster = new Cluster({
    bootstrap: [{ host, port: Number(port) }],
    clientId: 'test',
    connectionTimeout: 1_000,
    authenticationTimeout: 1_000,
    logger: new Kafka({ brokers: [host], logLevel: logLevel.NOTHING }).logger(),
    clock,
    socketFactory({ host: to, port: at, onConnect }) {
      const socket = connect({ host: to, port: isCut ? 1 : at }, onConnect)
      sockets.add(socket)
      return socket
    },
  })
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy(new Error('cut'))
  }
  const restore = () => {
    isCut = false
  }
  return { cluster, cut, restore }
}

async function produce(topic: string, values: string[]): Promise<void> {
  const producer = kafkaClient().producer()
  await producer.connect()
  await producer.send({ topic, messages: values.map((value) => ({ value })) })
  await producer.disconnect()
}
