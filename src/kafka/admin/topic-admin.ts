import type { Admin, Kafka } from 'kafkajs'
import kafkajs from 'kafkajs'
import { InventoryEventsError } from '../../util/errors.ts'
import { retry } from '../../util/retry.ts'
import { brokersOf } from '../client/client.ts'
import { causes, isMissingTopic } from '../client/errors.ts'
import { withRequestLimit } from '../client/request-limit.ts'
import { withAdminClient } from './admin-client.ts'

const CONNECT_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 30_000
/** Every 100 ms for about 30 s. */
const METADATA_RETRY = { attempts: 300, backoff: { firstMs: 100, maxMs: 100 } }

export interface NewTopic {
  topic: string
  partitions: number
  replicationFactor: number
  /** Kafka's topic settings, such as `retention.ms`. */
  configs: Readonly<Record<string, string>>
}

/** A setting that the cluster does not describe is undefined. */
export interface TopicDescription {
  partitions: number
  maxMessageBytes: number | undefined
  /** Whether `max.message.bytes` cannot be changed in this cluster. */
  isMessageLimitFixed: boolean
  /** `retention.ms`; Infinity if it is unlimited. */
  retentionMs: number | undefined
  /** `delete`, `compact` or both. */
  cleanupPolicy: string | undefined
}

/** Topic administration. All methods reject with KAFKA_UNAVAILABLE or KAFKA_REFUSED. */
export interface TopicAdmin {
  list(): Promise<string[]>
  /** Whether the topic exists and this user may describe it. */
  exists(topic: string): Promise<boolean>
  /** Topics that do not exist, or that this user may not describe, are left out. */
  describe(topics: readonly string[]): Promise<Map<string, TopicDescription>>
  /** Resolves with false when the topic exists already; it is then left unchanged. */
  create(topic: NewTopic): Promise<boolean>
}

/** Runs `work` with a connected admin client. Rejects with KAFKA_UNAVAILABLE or as `work` does. */
export function withAdmin<T>(
  kafka: Kafka,
  work: (admin: TopicAdmin) => Promise<T>,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
): Promise<T> {
  return withAdminClient(kafka, async (admin) => {
    const doing = `connect to Kafka at ${brokersOf(kafka)}`
    await withRequestLimit(admin.connect(), doing, connectTimeoutMs)
    return work(topicAdmin(admin))
  })
}

function topicAdmin(admin: Admin): TopicAdmin {
  const list = () => limited(admin.listTopics(), 'list the topics')
  const created = new Set<string>()

  /** By name: all topics of a cluster may be many, and one of others may be without a leader. */
  async function existing(topics: readonly string[]): Promise<string[]> {
    if (await exist(admin, topics)) return [...topics]
    const found: string[] = []
    for (const topic of topics) {
      // Each request may go to another broker, which may not know of a new topic yet.
      if (created.has(topic) || (await exist(admin, [topic]))) found.push(topic)
    }
    return found
  }

  async function describe(topics: readonly string[]): Promise<Map<string, TopicDescription>> {
    const doing = `describe topics ${topics.join(', ')}`
    const wanted = await limited(existing(topics), doing)
    if (wanted.length === 0) return new Map()
    const fetchMetadata = () => admin.fetchTopicMetadata({ topics: wanted })
    const { topics: found } = await limited(whenKnown(fetchMetadata), doing)
    const settings = await limited(
      whenKnown(() => settingsOf(admin, wanted)),
      doing,
    )
    return new Map(
      found.map(({ name, partitions }) => [
        name,
        { partitions: partitions.length, ...settings.get(name)! },
      ]),
    )
  }

  async function create(topic: NewTopic): Promise<boolean> {
    const isNew = await limited(createTopic(admin, topic), `create topic ${topic.topic}`).catch(
      (error) => {
        throw creationError(error, topic)
      },
    )
    if (isNew) created.add(topic.topic)
    return isNew
  }

  const exists = (topic: string) => limited(exist(admin, [topic]), `look for topic ${topic}`)
  return { list, exists, describe, create }
}

/** Whether all of them exist and this user may describe them. An error of one hides the others. */
async function exist(admin: Admin, topics: readonly string[]): Promise<boolean> {
  // kafkajs takes an empty list for all topics.
  if (topics.length === 0) return true
  try {
    await admin.fetchTopicMetadata({ topics: [...topics] })
    return true
  } catch (error) {
    if (causes(error).some(({ type }) => HIDDEN.has(type ?? ''))) return false
    throw error
  }
}

const HIDDEN: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
])

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
 * Repeats the request until the broker that gets it knows the new topic and its leaders. kafkajs's
 * own `waitForLeaders` fails while the broker does not.
 */
function whenKnown<T>(request: () => Promise<T>): Promise<T> {
  const isUnknown = (error: unknown) => causes(error).some(isMissingTopic)
  return retry(request, { ...METADATA_RETRY, isRetryable: isUnknown })
}

async function settingsOf(
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
    resources.map(({ resourceName, configEntries }) => [resourceName, settingsIn(configEntries)]),
  )
}

function settingsIn(
  entries: readonly { configName: string; configValue: string; readOnly?: boolean }[],
): Omit<TopicDescription, 'partitions'> {
  const entryOf = (name: string) => entries.find(({ configName }) => configName === name)
  const numberOf = (name: string) => {
    const value = entryOf(name)?.configValue
    return value ? Number(value) : undefined
  }
  const retentionMs = numberOf('retention.ms')
  return {
    maxMessageBytes: numberOf('max.message.bytes'),
    isMessageLimitFixed: entryOf('max.message.bytes')?.readOnly ?? false,
    retentionMs: retentionMs !== undefined && retentionMs < 0 ? Infinity : retentionMs,
    cleanupPolicy: entryOf('cleanup.policy')?.configValue || undefined,
  }
}

/** A creation that Kafka refused is a usage error: retrying would not help. */
function creationError(error: unknown, wanted: NewTopic): unknown {
  const aggregate = causes(error).findLast((each) => 'errors' in each) as AggregateError | undefined
  const [first] = aggregate?.errors ?? []
  if (first === undefined) return error
  const lines = [
    `cannot create topic ${wanted.topic}: ${first.message}`,
    `asked for: ${askedFor(wanted)}`,
    'if this cluster allows no such topic, create one with its own tools and repeat: existing topics are left as they are',
  ]
  return new InventoryEventsError('USAGE', lines.join('\n  '), { cause: error })
}

function askedFor({ partitions, replicationFactor, configs }: NewTopic): string {
  const replicas =
    replicationFactor === -1 ? "the cluster's replication factor" : `${replicationFactor} replicas`
  const settings = Object.entries(configs).map(([name, value]) => `${name}=${value}`)
  return [`${partitions} partitions`, replicas, ...settings].join(', ')
}

function limited<T>(request: Promise<T>, doing: string): Promise<T> {
  return withRequestLimit(request, doing, REQUEST_TIMEOUT_MS)
}
