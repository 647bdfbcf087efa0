import { randomUUID } from 'node:crypto'
import { type ITopicConfig, Kafka, logLevel } from 'kafkajs'
import { pino } from 'pino'
import { inject } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Endpoints } from '../../src/dev/stack/maven-stack.ts'
import { createKafka } from '../../src/kafka/client/client.ts'
import { messageOf } from '../../src/util/errors.ts'

// kafkajs warns once that it has changed its partitioner.
process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1'

/** The Kafka and registry that all integration tests share. */
export function endpoints(): Endpoints {
  return inject('stack')
}

/** A unique name for topics and groups of one test. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`
}

/** A plain client beside the code under test. */
export function kafkaClient(): Kafka {
  const brokers = endpoints().brokers.split(',')
  return new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING })
}

/** The same with the settings of the service. */
export function serviceClient(settings: Record<string, string> = {}): Kafka {
  const env = { KAFKA_BROKERS: endpoints().brokers, ...settings }
  const config = loadConfig(env, { required: ['KAFKA_BROKERS'] })
  return createKafka(config, pino({ level: 'silent' }))
}

/** Creates topics, by default with one partition, and waits until each has its leaders. */
export async function createTopics(...topics: ITopicConfig[]): Promise<void> {
  const admin = kafkaClient().admin()
  await admin.connect()
  try {
    // kafkajs stops waiting for leaders if a broker does not know the new topic yet.
    await admin.createTopics({ topics, waitForLeaders: false, timeout: 10_000 })
    const names = topics.map(({ topic }) => topic)
    const haveLeaders = async () => {
      const found = await admin.fetchTopicMetadata({ topics: names })
      return found.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
    }
    await until(haveLeaders, { what: `leaders of ${names.join(', ')}` })
  } finally {
    await admin.disconnect()
  }
}

/** A busy machine is slow: only what never comes is given up. */
const PATIENCE_MS = 300_000
/** For what the service sees to. Where a guard is taken out, it need not be waited for as long. */
export const HOLDS_MS = Number(process.env.HOLDS_MS ?? PATIENCE_MS)

export interface UntilOptions {
  /** The condition, for the error message: `the plugin to have seen 20 events`. */
  what: string
  timeoutMs?: number
}

const POLL_MS = { least: 25, most: 500 }
/** What has been waited for long is asked for less often: asking takes time from what is waited for. */
const POLL_SHARE = 0.1

/** Polls until the result is truthy, and returns it. An error counts as not yet. */
export async function until<T>(
  ask: () => T | Promise<T>,
  { what, timeoutMs = PATIENCE_MS }: UntilOptions,
): Promise<NonNullable<T>> {
  const startedAt = Date.now()
  for (;;) {
    const askedAt = Date.now()
    const { answer, error } = await attempt(ask)
    if (answer) return answer
    const waitedMs = Date.now() - startedAt
    if (waitedMs >= timeoutMs) {
      const last = error === undefined ? `got ${JSON.stringify(answer)}` : messageOf(error)
      throw new Error(`waited ${timeoutMs} ms for ${what}; at last: ${last}`)
    }
    await new Promise((resolve) => setTimeout(resolve, pauseAfter(waitedMs, Date.now() - askedAt)))
  }
}

function pauseAfter(waitedMs: number, askingMs: number): number {
  return Math.min(POLL_MS.most, Math.max(POLL_MS.least, waitedMs * POLL_SHARE, askingMs))
}

async function attempt<T>(ask: () => T | Promise<T>): Promise<{ answer?: T; error?: unknown }> {
  try {
    return { answer: await ask() }
  } catch (error) {
    return { error }
  }
}
