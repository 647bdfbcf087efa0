import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import { createRegistry, type Registry } from '../../avro/registry/registry.ts'
import { loadConfig } from '../../config/load-config.ts'
import { createKafka } from '../../kafka/client/client.ts'
import type { ServiceConfig } from '../../service/consumer-group.ts'
import type { EventTopics } from '../../topics/event-topics.ts'
import type { Logger } from '../../util/logger.ts'
import type { Endpoints } from '../stack/maven-stack.ts'

export interface DemoOptions {
  events: number
  replicas: number
  seed: number
  /** Keeps the service running after the checks, beside a console, until it is interrupted. */
  keep: boolean
  /** The git-ignored folder for local files. */
  folder: string
  env: NodeJS.ProcessEnv
  /** Prints the current step. */
  say(message: string): void
  /** Shows progress, updated in place. */
  show(progress: string): void
  /** Prints the result. */
  print(text: string): void
  /** For the Kafka client's own lines. */
  log: Logger
  /** Aborted with the error to end with. */
  signal: AbortSignal
}

/** One run of the demo with its own resources. */
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

/** Creates unique names, connections and a folder for a run. */
export async function openRun(options: DemoOptions, endpoints: Endpoints): Promise<Run> {
  const { env, log, folder } = options
  const stack = { KAFKA_BROKERS: endpoints.brokers, SCHEMA_REGISTRY_URL: endpoints.registryUrl }
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] as const
  const config = loadConfig({ ...env, ...stack }, { required })
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
