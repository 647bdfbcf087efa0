import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Admin, Producer } from 'kafkajs'
import { waitUntil } from '../../../src/dev/stack/process/poll.ts'
import { controlTopicOf, groupTopicsOf, marksTopicOf } from '../../../src/topics/names.ts'
import { type CommandsProcess, startCommandsProcess } from '../processes/commands-process.ts'
import { type ServiceProcess, startServiceProcess } from '../processes/service-process.ts'
import { followLetters, type Letters } from './letters.ts'
import { startBetween } from './registry-between.ts'
import type { Site } from './site.ts'

export const PARTITIONS = 2
export const SECRET = 'whsec_of_the_fuzzer'
export const TOKEN = 'token-of-the-fuzzer'
/** Smaller than the input's, so that there are dead letters that do not fit. */
export const LETTER_BYTES_MAX = 131_072
/** A decoded event may take that much; the process has to stay below the limit beside it. */
const IN_FLIGHT_BYTES = 16 * 1024 * 1024
const HEAP_MB = 256
const TOPICS_MS = 60_000
export const RESIDENT_MB_MAX = 640

/** Topics and a group of their own, and a service that reads them. */
export interface World {
  site: Site
  /** Clients of this world only: kafkajs's do not forget topics that are deleted. */
  admin: Admin
  producer: Producer
  topic: string
  groupId: string
  service: ServiceProcess
  commands: CommandsProcess
  letters: Letters
  /** Of the contract's schemas, by full name. */
  schemaIds: ReadonlyMap<string, number>
  /** The folder of its logs. */
  folder: string
  end(): Promise<void>
}

export interface WorldOptions {
  site: Site
  /** Logs go to a folder of the world's name in it. */
  folder: string
  mutant?: string | undefined
}

const PLUGINS = ['every', 'moves', 'flaky']
  .map((name) => fileURLToPath(new URL(`../plugins/${name}.ts`, import.meta.url)))
  .join(',')

export async function createWorld({ site, mutant, ...options }: WorldOptions): Promise<World> {
  const name = `fuzz-${randomUUID().slice(0, 8)}`
  const folder = join(options.folder, name)
  await mkdir(folder, { recursive: true })
  const [topic, groupId] = [name, `${name}-group`]
  const admin = site.kafka.admin()
  const producer = site.kafka.producer({ allowAutoTopicCreation: false })
  await Promise.all([admin.connect(), producer.connect()])
  await createTopics(admin, topic, groupId)
  const schemaIds = await site.registerContract(topic)
  const between = await startBetween(site.registryUrl)
  const env = settings(site, topic, groupId)
  const part = { folder, heapMb: HEAP_MB, mutant }
  const commands = startCommandsProcess({ ...part, env })
  const [service, letters] = await Promise.all([
    startServiceProcess({ ...part, env: { ...env, SCHEMA_REGISTRY_URL: between.url } }),
    followLetters({ kafka: site.kafka, admin }, `${topic}.dead-letters`),
  ]).catch(async (error) => {
    await commands.kill()
    between.close()
    throw error
  })
  return {
    site,
    admin,
    producer,
    topic,
    groupId,
    service,
    commands,
    letters,
    schemaIds,
    folder,
    async end() {
      await Promise.allSettled([service.kill(), commands.kill(), letters.close()])
      between.close()
      await admin.deleteTopics({ topics: topicsOf(topic, groupId) }).catch(() => undefined)
      await Promise.allSettled([admin.disconnect(), producer.disconnect()])
    },
  }
}

function topicsOf(topic: string, groupId: string): string[] {
  const companions = [`${topic}.dead-letters`, `${topic}.redrive`, marksTopicOf(topic, groupId)]
  return [topic, ...companions, ...groupTopicsOf(groupId)]
}

async function createTopics(admin: Admin, topic: string, groupId: string): Promise<void> {
  const control = controlTopicOf(groupId)
  const config: Record<string, Record<string, string>> = {
    // Any timestamp is taken, and none makes Kafka remove the record.
    [topic]: { 'retention.ms': '-1', 'message.timestamp.after.max.ms': '9223372036854775807' },
    [`${topic}.dead-letters`]: { 'max.message.bytes': String(LETTER_BYTES_MAX) },
    [control]: { 'cleanup.policy': 'compact' },
  }
  const topics = topicsOf(topic, groupId).map((name) => ({
    topic: name,
    numPartitions: name === control ? 1 : PARTITIONS,
    configEntries: Object.entries(config[name] ?? {}).map(([key, value]) => ({ name: key, value })),
  }))
  await admin.createTopics({ topics, waitForLeaders: false })
  const names = topics.map(({ topic: name }) => name)
  const haveLeaders = async () => {
    // A broker may not know the new topics yet.
    const found = await admin.fetchTopicMetadata({ topics: names }).catch(() => undefined)
    return found?.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
  }
  const areReady = async () => (await haveLeaders()) === true
  if (await waitUntil(areReady, { timeoutMs: TOPICS_MS, intervalMs: 20 })) return
  throw new Error(`the topics of ${topic} got no leaders`)
}

function settings({ brokers, registryUrl }: Site, topic: string, groupId: string) {
  return {
    KAFKA_BROKERS: brokers,
    SCHEMA_REGISTRY_URL: registryUrl,
    KAFKA_TOPICS: topic,
    KAFKA_GROUP_ID: groupId,
    PLUGINS,
    EVENTS_ENABLED: 'true',
    HTTP_PORT: '0',
    COMMIT_INTERVAL_MS: '50',
    MAX_IN_FLIGHT_BYTES: String(IN_FLIGHT_BYTES),
    GATEWAY_PORT: '0',
    GATEWAY_SECRETS: SECRET,
    GATEWAY_TOKEN: TOKEN,
    GATEWAY_INVENTORY_TOPIC: topic,
    GATEWAY_PLUGIN_TOPIC: topic,
  }
}
