import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Consumer,
  type ConsumerConfig,
  type ConsumerCrashEvent,
  type ConsumerGroupJoinEvent,
  type ConsumerRunConfig,
  Kafka,
  logLevel,
  type Message,
} from 'kafkajs'
import { onTestFinished } from 'vitest'
import { groupOffsets } from '../support/group.ts'
import { createTopics, endpoints, kafkaClient, uniqueName } from '../support/stack.ts'
import { ERRORS } from './kafka-requests.ts'

export interface PlainOptions {
  groupId: string
  topics: string[]
  run: ConsumerRunConfig
  /** Prefix of the member id. */
  clientId?: string
  config?: Partial<ConsumerConfig>
}

/** A kafkajs consumer without the service, and what a test observes of it. */
export interface PlainMember {
  consumer: Consumer
  joins: ConsumerGroupJoinEvent['payload'][]
  /**
   * Without those of a coordinator that was still loading, as on a new broker: they are transient.
   */
  crashes: ConsumerCrashEvent['payload'][]
  /** Its partitions of a topic since its last join. */
  partitionsOf(topic: string): number[]
}

/** Short intervals keep the tests fast. */
const QUICK: Partial<ConsumerConfig> = { heartbeatInterval: 300, maxWaitTimeInMs: 100 }

/** Starts a plain consumer; its first join may still be pending when this resolves. */
export async function plainMember(options: PlainOptions): Promise<PlainMember> {
  const { groupId, topics, run, clientId = 'plain', config } = options
  const brokers = endpoints().brokers.split(',')
  const kafka = new Kafka({ clientId, brokers, logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ ...QUICK, ...config, groupId })
  const joins: PlainMember['joins'] = []
  const crashes: PlainMember['crashes'] = []
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => void joins.push(payload))
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!isLoading(payload.error)) crashes.push(payload)
  })
  onTestFinished(() => consumer.disconnect().catch(() => undefined))
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  await consumer.run(run)
  const partitionsOf = (topic: string) => joins.at(-1)?.memberAssignment[topic] ?? []
  return { consumer, joins, crashes, partitionsOf }
}

/** A topic and a group for one test, without schemas. */
export async function plainTopic(partitions = 2) {
  const topic = uniqueName('plain')
  const groupId = uniqueName('plain-group')
  await createTopics({ topic, numPartitions: partitions })
  return {
    topic,
    groupId,
    /** The group's committed offset of a partition; 0 if it has never committed. */
    async committed(partition: number): Promise<number> {
      const offsets = await groupOffsets(groupId, topic)
      return offsets.find((each) => each.partition === partition)!.committed
    },
    async produce(messages: Message[]): Promise<void> {
      const producer = kafkaClient().producer()
      await producer.connect()
      await producer.send({ topic, messages }).finally(() => producer.disconnect())
    },
  }
}

/** Writes a record to each partition of the topic every 20 ms, until the test ends. */
export async function pump(topic: string, partitions: number, kafka = kafkaClient()) {
  const producer = kafka.producer()
  await producer.connect()
  let isOver = false
  const writing = (async () => {
    for (let n = 0; !isOver; n++) {
      const messages = Array.from({ length: partitions }, (_, partition) => ({
        partition,
        value: `${n}`,
      }))
      await producer.send({ topic, messages }).catch(() => undefined)
      await sleep(20)
    }
    await producer.disconnect()
  })()
  onTestFinished(() => {
    isOver = true
    return writing
  })
}

/** `count` records for each of the partitions. */
export function records(count: number, ...partitions: number[]): Message[] {
  return partitions.flatMap((partition) =>
    Array.from({ length: count }, (_, n) => ({ partition, value: `${n}` })),
  )
}

function isLoading(error: Error): boolean {
  return 'code' in error && error.code === ERRORS.COORDINATOR_LOAD_IN_PROGRESS
}
