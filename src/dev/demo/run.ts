import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import { createRegistry, type Registry } from '../../avro/registry/registry.ts'
import { loadConfig } from '../../config/load-config.ts'
import { createKafka } from '../../kafka/client/client.ts'
import type { ServiceConfig } from '../../service/service.ts'
import type { EventTopics } from '../../topics/event-topics.ts'
import type { Logger } from '../../util/logger.ts'
import type { Endpoints } from '../stack/maven-stack.ts'

export interface DemoOptions {
  events: number
  replicas: number
  seed: number
  /** Leave the stack and the service running. */
  keep: boolean
  /** The git-ignored folder of everything local. */
  folder: string
  env: NodeJS.ProcessEnv
  /** A line for people to read: what is done now. */
  say(message: string): void
  /** How far it is, shown over and over in one place. */
  show(progress: string): void
  /** The result. */
  print(text: string): void
  /** For the Kafka client's own lines. */
  log: Logger
  /** Aborts with the error to end with. */
  signal: AbortSignal
}

/** One run of the demo and what it has to itself. */
export interface Run extends DemoOptions {
  config: ServiceConfig
  kafka: Kafka
  registry: Registry
  groupId: string
  topics: EventTopics
  inputTopics: readonly string[]
  /** Its working folder: plugins, effects, logs. */
  workFolder: string
}

/** Names, connections and a folder that no other run has. */
export async function openRun(options: DemoOptions, endpoints: Endpoints): Promise<Run> {
  const { env, log, folder } = options
  const given = { KAFKA_BROKERS: endpoints.brokers, SCHEMA_REGISTRY_URL: endpoints.registryUrl }
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] as const
  const config = loadConfig({ ...env, ...given }, { required })
  const name = `demo-${randomBytes(3).toString('hex')}`
  const topics = { inventory: `${name}.inventory.events`, plugin: `${name}.plugin.events` }
  const workFolder = join(folder, 'demo', name)
  await mkdir(workFolder, { recursive: true })
  return {
    ...options,
    config,
    kafka: createKafka(config, log),
    registry: createRegistry(config),
    groupId: name,
    topics,
    inputTopics: [topics.inventory, topics.plugin],
    workFolder,
  }
}
