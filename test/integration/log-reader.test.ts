import { connect, type Socket } from 'node:net'
import { type ISocketFactory, Kafka, logLevel } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import type { SourceRecord } from '../../src/event/record.ts'
import { LogReader } from '../../src/kafka/reader/log-reader.ts'
import { systemClock } from '../../src/util/clock.ts'
import { createTopics, endpoints, kafkaClient, uniqueName, until } from '../support/stack.ts'

/** Shorter than the session timeout of a member that did not leave its group. */
const SOON_MS = 15_000

it('resumes reading soon after its connections were lost', async () => {
  const topic = uniqueName('marks')
  await createTopics({ topic })
  await produce(topic)
  const { kafka, cut, restore, crashes } = breakableKafka()
  const groupId = uniqueName('reader')
  const reader = new LogReader({ kafka, groupId, topics: [topic], clock: systemClock })
  await reader.start()
  onTestFinished(() => reader.close())
  const read = () => readAll(reader, topic).catch(() => undefined)
  const what = 'the marks to be read'
  expect(await until(read, { what })).toEqual(['mark'])

  const crashesBefore = crashes()
  cut()
  await until(() => crashes() > crashesBefore, { what: 'the consumer to crash' })
  restore()
  const restoredAtMs = Date.now()
  expect(await until(read, { what, timeoutMs: 50_000 })).toEqual(['mark'])
  expect(Date.now() - restoredAtMs).toBeLessThan(SOON_MS)
})

async function readAll(reader: LogReader, topic: string): Promise<string[]> {
  const values: string[] = []
  const onRecord = ({ value }: SourceRecord) => void values.push(String(value))
  const { signal: lost } = new AbortController()
  await reader.read({ topic, partition: 0, lost, maxRecords: 100, onRecord })
  return values
}

/** A client with short timeouts, whose connections can be cut. */
function breakableKafka() {
  const sockets = new Set<Socket>()
  let isCut = false
  let crashes = 0
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port: isCut ? 1 : port }, onConnect)
    sockets.add(socket)
    return socket
  }
  const kafka = new Kafka({
    brokers: endpoints().brokers.split(','),
    socketFactory,
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 10, maxRetryTime: 20 },
  })
  const consumer = kafka.consumer.bind(kafka)
  kafka.consumer = (options) => {
    const made = consumer(options)
    made.on(made.events.CRASH, () => {
      crashes += 1
    })
    return made
  }
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy(new Error('cut'))
  }
  const restore = () => {
    isCut = false
  }
  return { kafka, cut, restore, crashes: () => crashes }
}

async function produce(topic: string): Promise<void> {
  const producer = kafkaClient().producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value: 'mark' }] })
  await producer.disconnect()
}
