import kafkajs, { type Message } from 'kafkajs'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Event } from '../../src/event/event.ts'
import { defaultsFrom, withDefaults } from '../../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { openPublisher } from '../../src/publish/open-publisher.ts'
import { toRecord } from '../../src/publish/to-record.ts'
import { type Service, startService } from '../../src/service/service.ts'
import {
  auditTopicOf,
  controlTopicOf,
  marksTopicOf,
  stateTopicOf,
  statusTopicOf,
} from '../../src/topics/names.ts'
import { idsOfContract, schemasOf } from './contract-schemas.ts'
import { groupMembers, groupOffsets, untilCommitted } from './group.ts'
import { kafkaHeaders } from './kafka-message.ts'
import { createTopics, endpoints, HOLDS_MS, kafkaClient, uniqueName, until } from './stack.ts'
import { entriesOf } from './topic-admin.ts'

const { CompressionTypes } = kafkajs

export interface SituationOptions {
  plugins: Plugin[]
  /** Partitions of the input. */
  partitions?: number
  topicConfig?: Record<string, string>
  /** Partitions of the dead-letter topic. Default: as many as the input. */
  deadLetterPartitions?: number
  deadLetterConfig?: Record<string, string>
  /** Default `memory:`, which is fast. With `kafka:` its marks topic is created. */
  store?: 'memory:' | 'kafka:'
  /** Creates the state topic; it is created as well if one of `plugins` has state. */
  hasStates?: boolean
  /** Partitions of the marks topic. Default: as many as the input. */
  marksPartitions?: number
  /** Registers every schema for the input. Set it for publishers other than `publish`. */
  registered?: boolean
  settings?: Record<string, string>
}

export interface TestDeadLetter {
  key: string | null
  value: Buffer | null
  headers: Record<string, string>
  partition: number
}

export interface Running extends Service {
  /** The errors with which the service failed. */
  failures: Error[]
  /** Lines of its log, parsed. */
  log: Record<string, unknown>[]
  metric(name: string): Promise<number>
}

/** Topics, registry subjects and a group for one test, with services that read them. */
export async function situation(options: SituationOptions) {
  const { plugins, partitions = 3, deadLetterPartitions = partitions } = options
  const { store = 'memory:', marksPartitions = partitions } = options
  const topic = uniqueName('events')
  const deadLetters = `${topic}.dead-letters`
  const groupId = uniqueName('group')
  const marks = marksTopicOf(topic, groupId)
  const stateTopic = {
    topic: stateTopicOf(topic, groupId),
    numPartitions: partitions,
    configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
  }
  await createTopics(
    ...(store === 'kafka:' ? [{ topic: marks, numPartitions: marksPartitions }] : []),
    ...(plugins.some(({ state }) => state) || options.hasStates ? [stateTopic] : []),
    {
      topic,
      numPartitions: partitions,
      configEntries: entriesOf(options.topicConfig),
    },
    {
      topic: controlTopicOf(groupId),
      numPartitions: 1,
      configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
    },
    {
      topic: statusTopicOf(groupId),
      numPartitions: 1,
      configEntries: [{ name: 'cleanup.policy', value: 'compact,delete' }],
    },
    { topic: auditTopicOf(groupId), numPartitions: 1 },
    { topic: `${topic}.redrive`, numPartitions: partitions },
    {
      topic: deadLetters,
      numPartitions: deadLetterPartitions,
      configEntries: entriesOf(options.deadLetterConfig),
    },
  )
  const settings = {
    KAFKA_BROKERS: endpoints().brokers,
    SCHEMA_REGISTRY_URL: endpoints().registryUrl,
    KAFKA_TOPICS: topic,
    KAFKA_GROUP_ID: groupId,
    HTTP_PORT: '0',
    EVENTS_ENABLED: 'true',
    COMMIT_INTERVAL_MS: '100',
    RETRY_INITIAL_DELAY_MS: '10',
    SESSION_TIMEOUT_MS: '10000',
    IDEMPOTENCY_STORE: store,
    ...options.settings,
  }
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'EVENTS_ENABLED'] as const
  const config = loadConfig(settings, { required })
  const schemaIds = await idsOfContract()
  const register = schemasOf(topic)
  if (options.registered) await register(builtInContract().schemas)

  async function start(overrides: Record<string, string> = {}, own = plugins): Promise<Running> {
    const lines: Record<string, unknown>[] = []
    const failures: Error[] = []
    const running = loadConfig({ ...settings, ...overrides }, { required })
    const log = pino(
      { level: 'info', formatters: { level: (level) => ({ level }) } },
      { write: (line: string) => void lines.push(JSON.parse(line)) },
    )
    const service = await startService({
      config: running,
      contract: builtInContract(),
      plugins: own.map((plugin) => withDefaults(plugin, 'test', defaultsFrom(running))),
      log,
      onFailure: (error) => failures.push(error),
    })
    onTestFinished(async () => void (await service.stop()))
    const metric = async (name: string) => total(await scrape(service.httpPort), name)
    return { ...service, failures, log: lines, metric }
  }

  async function publish(events: readonly Event[]): Promise<void> {
    await register(events.map(builtInContract().of))
    const log = pino({ level: 'silent' })
    const publisher = await openPublisher(config, {
      contract: builtInContract(),
      log,
      topics: { inventory: topic, plugin: topic },
    })
    await publisher.publish(events).finally(() => publisher.close())
  }

  /** The record that the publisher writes for an event. */
  function record(event: Event): Message & { value: Buffer } {
    const schemaId = schemaIds.get(builtInContract().of(event).fullName)!
    const { key, value, headers } = toRecord(builtInContract(), event, {
      schemaId,
      source: 'test',
    })
    return { key, value: value!, headers: kafkaHeaders(headers!) }
  }

  /** Writes records unchanged, bypassing the publisher. */
  async function produce(
    messages: Message[],
    to = topic,
    compression = CompressionTypes.None,
  ): Promise<void> {
    const producer = kafkaClient().producer({ idempotent: true })
    await producer.connect()
    await producer.send({ topic: to, messages, compression }).finally(() => producer.disconnect())
  }

  return {
    topic,
    deadLetters,
    marks,
    groupId,
    config,
    start,
    publish,
    record,
    produce,
    settings,
    members: () => groupMembers(groupId, topic),
    offsets: () => groupOffsets(groupId, topic),
    letters: () => readAll(deadLetters),
    /** Waits until every published event is completed and committed. */
    caughtUp: (timeoutMs = HOLDS_MS) => untilCommitted(groupId, topic, timeoutMs),
  }
}

/** Reads a topic from its start to its current end. */
export async function readAll(topic: string): Promise<TestDeadLetter[]> {
  const admin = kafkaClient().admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect())
  const expected = ends.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0)
  const letters: TestDeadLetter[] = []
  if (expected === 0) return letters
  const consumer = kafkaClient().consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message, partition }) => {
      const headers = Object.entries(message.headers ?? {})
      letters.push({
        key: message.key?.toString() ?? null,
        value: message.value,
        headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
        partition,
      })
    },
  })
  await until(() => letters.length >= expected, { what: `${expected} records of ${topic}` })
  await consumer.disconnect()
  return letters
}

export async function scrape(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  return response.text()
}

/** The sum of a metric's series. `name` may have labels, as in `deliveries_total{outcome="x"}`. */
export function total(text: string, name: string): number {
  const [metric, labels = ''] = name.replace(/\}$/, '').split('{')
  const wanted = labels === '' ? [] : labels.split(',')
  return text
    .split('\n')
    .filter((line) => line.match(/^[a-z_]+/)?.[0] === `inventory_events_${metric}`)
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
