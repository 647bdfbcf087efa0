import type { Kafka } from 'kafkajs'
import kafkajs from 'kafkajs'
import { expect, it, vi } from 'vitest'
import { withAdmin } from '../../../../src/kafka/admin/topic-admin.ts'

const topic = { topic: 't', partitions: 6, replicationFactor: -1, configs: {} }

/** A client whose broker creates topics and returns this metadata. */
function kafkaWith(fetchTopicMetadata: () => Promise<unknown>, isNew = true): Kafka {
  const admin = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    createTopics: async () => isNew,
    fetchTopicMetadata,
  }
  return { admin: () => admin } as unknown as Kafka
}

function refusal(type: string): Error {
  return Object.assign(new kafkajs.KafkaJSError(type), { type })
}

it('waits until the brokers know a new topic', async () => {
  const metadata = vi
    .fn<() => Promise<unknown>>()
    .mockRejectedValueOnce(refusal('UNKNOWN_TOPIC_OR_PARTITION'))
    .mockResolvedValue({ topics: [] })
  expect(await withAdmin(kafkaWith(metadata), (admin) => admin.create(topic))).toBe(true)
  expect(metadata).toHaveBeenCalledTimes(2)
})

it('does not retry other errors', async () => {
  const metadata = vi.fn(() => Promise.reject(refusal('TOPIC_AUTHORIZATION_FAILED')))
  const create = withAdmin(kafkaWith(metadata), (admin) => admin.create(topic))
  await expect(create).rejects.toThrow(
    /^cannot create topic t: this user lacks a right .*TOPIC_AUTHORIZATION_FAILED/,
  )
  expect(metadata).toHaveBeenCalledTimes(1)
})

it('does not fetch metadata of a topic that existed', async () => {
  const metadata = vi.fn(() => Promise.reject(new Error('not asked for')))
  expect(await withAdmin(kafkaWith(metadata, false), (admin) => admin.create(topic))).toBe(false)
})

/** Metadata by name, of a cluster with these topics; of any other an error of this type. */
function metadataOf(topics: readonly string[], type = 'UNKNOWN_TOPIC_OR_PARTITION') {
  const partitions = Array.from({ length: 6 }, () => ({}))
  return vi.fn(async ({ topics: asked }: { topics: string[] }) => {
    if (asked.some((name) => !topics.includes(name))) throw refusal(type)
    return { topics: asked.map((name) => ({ name, partitions })) }
  })
}

/** A client that may not list the topics of the cluster. */
function kafkaOf(metadata: ReturnType<typeof metadataOf>): Kafka {
  const kafka = kafkaWith(metadata as unknown as () => Promise<unknown>)
  const describeConfigs = async ({ resources }: { resources: { name: string }[] }) => ({
    resources: resources.map(({ name }) => ({ resourceName: name, configEntries: [] })),
  })
  Object.assign(kafka.admin(), { describeConfigs })
  return kafka
}

it.each(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION'])(
  'leaves out topics that a broker refuses to describe with %s, and requests no others than those named',
  async (type) => {
    const kafka = kafkaOf(metadataOf(['one', 'two', 'not asked for'], type))
    const found = await withAdmin(kafka, async (admin) => ({
      described: [...(await admin.describe(['one', 'other', 'two'])).keys()],
      exist: [await admin.exists('one'), await admin.exists('other')],
      nothing: await admin.describe([]),
    }))
    expect(found).toEqual({ described: ['one', 'two'], exist: [true, false], nothing: new Map() })
  },
)

it('requests the metadata of topics that all exist at once', async () => {
  const metadata = metadataOf(['one', 'two'])
  await withAdmin(kafkaOf(metadata), (admin) => admin.describe(['one', 'two']))
  for (const [{ topics }] of metadata.mock.calls) expect(topics).toEqual(['one', 'two'])
})

it('does not take a topic without a leader for one that is missing', async () => {
  const metadata = metadataOf([], 'LEADER_NOT_AVAILABLE')
  const exists = withAdmin(kafkaOf(metadata), (admin) => admin.exists('one'))
  await expect(exists).rejects.toThrow(/^cannot look for topic one: .*LEADER_NOT_AVAILABLE/)
})

it('describes a new topic, even if a broker does not know it yet', async () => {
  const unknown = refusal('UNKNOWN_TOPIC_OR_PARTITION')
  const partitions = Array.from({ length: 6 }, () => ({}))
  const metadata = vi
    .fn<() => Promise<unknown>>()
    .mockResolvedValueOnce({ topics: [] })
    .mockRejectedValueOnce(unknown)
    .mockRejectedValueOnce(unknown)
    .mockRejectedValueOnce(unknown)
    .mockResolvedValue({ topics: [{ name: 't', partitions }] })
  const configEntries = [
    { configName: 'retention.ms', configValue: '-1' },
    { configName: 'cleanup.policy', configValue: 'delete' },
    { configName: 'max.message.bytes', configValue: '1000' },
  ]
  const describeConfigs = vi
    .fn<() => Promise<unknown>>()
    .mockRejectedValueOnce(unknown)
    .mockResolvedValue({ resources: [{ resourceName: 't', configEntries }] })
  const kafka = kafkaWith(metadata)
  Object.assign(kafka.admin(), { describeConfigs })
  const found = await withAdmin(kafka, async (admin) => {
    await admin.create(topic)
    return admin.describe(['t', 'other'])
  })
  const description = {
    partitions: 6,
    maxMessageBytes: 1_000,
    isMessageLimitFixed: false,
    retentionMs: Infinity,
    cleanupPolicy: 'delete',
  }
  expect(found).toEqual(new Map([['t', description]]))
})

it('leaves undefined what a broker does not describe, and knows a limit that nobody can change', async () => {
  const kafka = kafkaWith(async () => ({ topics: [{ name: 't', partitions: [{}] }] }))
  const limit = { configName: 'max.message.bytes', configValue: '1000', readOnly: true }
  const nothing = { configName: 'retention.ms', configValue: null }
  const resources = [{ resourceName: 't', configEntries: [limit, nothing] }]
  Object.assign(kafka.admin(), {
    describeConfigs: async () => ({ resources }),
  })
  const found = await withAdmin(kafka, (admin) => admin.describe(['t']))
  expect(found.get('t')).toEqual({
    partitions: 1,
    maxMessageBytes: 1_000,
    isMessageLimitFixed: true,
    retentionMs: undefined,
    cleanupPolicy: undefined,
  })
})

it('says what a cluster refused, and what to do about it', async () => {
  const refused = new kafkajs.KafkaJSError('Configuration is invalid')
  const error = Object.assign(new kafkajs.KafkaJSError('Topic creation errors'), {
    errors: [refused],
  })
  const kafka = kafkaWith(async () => undefined)
  Object.assign(kafka.admin(), { createTopics: () => Promise.reject(error) })
  const wanted = { ...topic, configs: { 'cleanup.policy': 'delete', 'segment.ms': '1000' } }
  const create = withAdmin(kafka, (admin) => admin.create(wanted))
  await expect(create).rejects.toMatchObject({
    code: 'USAGE',
    message: [
      'cannot create topic t: Configuration is invalid',
      "  asked for: 6 partitions, the cluster's replication factor, cleanup.policy=delete, segment.ms=1000",
      '  if this cluster allows no such topic, create one with its own tools and repeat: existing topics are left as they are',
    ].join('\n'),
  })
})
