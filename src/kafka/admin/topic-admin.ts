import type { Admin, Kafka } from 'kafkajs'
import kafkajs from 'kafkajs'
import { systemClock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import { brokersOf } from '../client/client.ts'
import { causes, kafkaError } from '../client/errors.ts'

const CONNECT_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 30_000
const METADATA_INTERVAL_MS = 100

export interface NewTopic {
  topic: string
  partitions: number
  replicationFactor: number
  /** Kafka's own names: `retention.ms`, `cleanup.policy`. */
  configs: Readonly<Record<string, string>>
}

export interface TopicDescription {
  partitions: number
  maxMessageBytes: number
  /** How long records are kept; Infinity where that is for ever. */
  retentionMs: number
  /** `delete`, `compact` or both. */
  cleanupPolicy: string
}

/** What the program asks of a cluster beside reading and writing records. */
export interface TopicAdmin {
  list(): Promise<string[]>
  /** Topics that don't exist are left out. */
  describe(topics: readonly string[]): Promise<Map<string, TopicDescription>>
  /** False when it was there already, and is left as it is. */
  create(topic: NewTopic): Promise<boolean>
}

/** Connects, does the work, disconnects. Rejects with KAFKA_UNAVAILABLE or what `work` throws. */
export async function withAdmin<T>(
  kafka: Kafka,
  work: (admin: TopicAdmin) => Promise<T>,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
): Promise<T> {
  const admin = kafka.admin()
  try {
    await limited(admin.connect(), `connect to Kafka at ${brokersOf(kafka)}`, connectTimeoutMs)
    return await work(topicAdmin(admin))
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}

function topicAdmin(admin: Admin): TopicAdmin {
  const list = () => limited(admin.listTopics(), 'list the topics')
  const made = new Set<string>()

  async function describe(topics: readonly string[]): Promise<Map<string, TopicDescription>> {
    const there = new Set(await list())
    // Each question may go to another broker, and one of them may not have heard of a new topic.
    const wanted = topics.filter((topic) => there.has(topic) || made.has(topic))
    if (wanted.length === 0) return new Map()
    const doing = `describe topics ${wanted.join(', ')}`
    const ask = () => admin.fetchTopicMetadata({ topics: wanted })
    const { topics: found } = await limited(whenKnown(ask), doing)
    const limits = await limited(
      whenKnown(() => limitsOf(admin, wanted)),
      doing,
    )
    return new Map(
      found.map(({ name, partitions }) => [
        name,
        { partitions: partitions.length, ...limits.get(name)! },
      ]),
    )
  }

  async function create(topic: NewTopic): Promise<boolean> {
    const isNew = await limited(createTopic(admin, topic), `create topic ${topic.topic}`).catch(
      (error) => {
        throw creationError(error, topic)
      },
    )
    if (isNew) made.add(topic.topic)
    return isNew
  }

  return { list, describe, create }
}

async function createTopic(admin: Admin, topic: NewTopic): Promise<boolean> {
  const { topic: name, partitions, replicationFactor, configs } = topic
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  const isNew = await admin.createTopics({
    topics: [{ topic: name, numPartitions: partitions, replicationFactor, configEntries }],
    waitForLeaders: false,
    timeout: REQUEST_TIMEOUT_MS,
  })
  if (isNew) await whenKnown(() => admin.fetchTopicMetadata({ topics: [name] }))
  return isNew
}

/**
 * Asks until the broker that is asked has heard of a new topic and its leaders. kafkajs' own wait for
 * that fails when it has not.
 */
async function whenKnown<T>(ask: () => Promise<T>): Promise<T> {
  const giveUpAtMs = Date.now() + REQUEST_TIMEOUT_MS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const isNews = causes(error).some(({ type }) => type === 'UNKNOWN_TOPIC_OR_PARTITION')
      if (!isNews || Date.now() >= giveUpAtMs) throw error
    }
    await systemClock.sleep(METADATA_INTERVAL_MS)
  }
}

async function limitsOf(
  admin: Admin,
  topics: string[],
): Promise<Map<string, Omit<TopicDescription, 'partitions'>>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: ['max.message.bytes', 'retention.ms', 'cleanup.policy'],
    })),
  })
  return new Map(
    resources.map(({ resourceName, configEntries }) => {
      const entries = new Map(configEntries.map((each) => [each.configName, each.configValue]))
      const retentionMs = Number(entries.get('retention.ms'))
      return [
        resourceName,
        {
          maxMessageBytes: Number(entries.get('max.message.bytes')),
          retentionMs: retentionMs < 0 ? Infinity : retentionMs,
          cleanupPolicy: entries.get('cleanup.policy') ?? '',
        },
      ]
    }),
  )
}

/** A creation that Kafka refused is nothing that waiting would change. */
function creationError(error: unknown, { topic }: NewTopic): unknown {
  const refusal = causes(error).findLast((each) => 'errors' in each) as AggregateError | undefined
  const [first] = refusal?.errors ?? []
  if (first === undefined) return error
  const message = `cannot create topic ${topic}: ${first.message}`
  return new InventoryEventsError('USAGE', message, { cause: error })
}

async function limited<T>(work: Promise<T>, doing: string, limitMs = REQUEST_TIMEOUT_MS) {
  const late = () => new Error(`no answer within ${limitMs / 1000} s`)
  return withTimeout(work, limitMs, late).catch((error) => {
    throw kafkaError(error, doing)
  })
}
