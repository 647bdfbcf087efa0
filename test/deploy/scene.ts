import { randomBytes, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Message } from 'kafkajs'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { controlTopicOf } from '../../src/topics/names.ts'
import { moved, wasted } from '../support/events.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { situation } from '../support/service-kit.ts'
import { createTopics, kafkaClient, uniqueName } from '../support/stack.ts'
import { tlsFront } from '../support/tls-front.ts'
import { startHooks } from './hooks.ts'
import { startReplica } from './replica.ts'

export type Scene = Awaited<ReturnType<typeof openScene>>

const PARTITIONS = 6
const ENTITIES = 40
const BATCH = 12
const BATCH_EVERY_MS = 250

/**
 * Two replicas with the `postgres` store and one of another group with the `memory` store, which has a
 * registry with TLS, all under the same load; and a gateway that writes to another topic.
 */
export async function openScene(folder: string) {
  const postgres = await startPostgres()
  const s = await situation({
    plugins: [],
    partitions: PARTITIONS,
    settings: { IDEMPOTENCY_STORE: postgres.url, SESSION_TIMEOUT_MS: '30000' },
  })
  const otherGroup = uniqueName('other')
  await createTopics({ topic: controlTopicOf(otherGroup), numPartitions: 1 })
  const moodFile = join(folder, 'mood')
  const setMood = (mood: 'well' | 'flaky' | 'down') => writeFile(moodFile, mood)
  await setMood('well')
  const settings = {
    ...s.settings,
    MOOD_FILE: moodFile,
    PLUGINS: `${plugin('steady')},${plugin('moody')}`,
  }
  const registry = new URL(s.settings.SCHEMA_REGISTRY_URL)
  const front = await tlsFront(folder, Number(registry.port))
  const otherSettings = {
    ...settings,
    SCHEMA_REGISTRY_URL: `https://${front.address}${registry.pathname}`,
    SCHEMA_REGISTRY_CA_FILE: front.ca,
    KAFKA_GROUP_ID: otherGroup,
    PLUGINS: `${plugin('steady')},${plugin('gathering')}`,
    IDEMPOTENCY_STORE: 'memory:',
    IDEMPOTENCY_MAX_MARKS: '1000',
  }
  const [one, two, three] = [await pickPort(), await pickPort(), await pickPort()]
  const hooks = await startHooks()
  const main = [startReplica('serve', settings, one), startReplica('serve', settings, two)]
  let other = startReplica('serve', otherSettings, three)
  try {
    for (const replica of [...main, other, hooks]) await replica.isReady()
  } catch (error) {
    await Promise.all([...main, other, hooks].map((replica) => replica.end('SIGKILL')))
    front.close()
    await postgres.remove()
    throw error
  }
  const load = startLoad(s)
  return {
    ...s,
    postgres,
    setMood,
    main,
    load,
    hooks,
    otherGroup,
    jobs: [
      { name: 'stock', targets: main.map(({ address }) => address) },
      { name: 'other', targets: [other.address] },
      { name: 'hooks', targets: [hooks.address] },
    ],
    async stopOther(): Promise<void> {
      await other.end('SIGTERM')
    },
    startOther(): void {
      other = startReplica('serve', otherSettings, three)
    },
    async end(): Promise<void> {
      await load.stop()
      await Promise.all([...main, other, hooks].map((replica) => replica.end('SIGKILL')))
      front.close()
      await postgres.remove()
    },
  }
}

function plugin(name: string): string {
  return fileURLToPath(new URL(`./plugins/${name}.ts`, import.meta.url))
}

/** Publishes events continuously, waiting while a broker is unavailable. */
function startLoad({ topic, record }: { topic: string; record: Situation['record'] }) {
  const producer = kafkaClient().producer()
  let isOver = false
  let isPaused = false
  async function run(): Promise<void> {
    await producer.connect()
    for (let n = 0; !isOver; n += BATCH) {
      const messages: Message[] = Array.from({ length: BATCH }, (_, i) => {
        const entity = `ent_${(n + i) % ENTITIES}`
        return record((n + i) % 10 === 0 ? wasted(entity) : moved(entity, n + i))
      })
      if (!isPaused) await producer.send({ topic, messages }).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, BATCH_EVERY_MS))
    }
    await producer.disconnect()
  }
  const running = run()
  return {
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
    },
    stop: () => {
      isOver = true
      return running
    },
  }
}

type Situation = Awaited<ReturnType<typeof situation>>

/** Records of faulty producers. */
export function mistakes({ record }: Pick<Situation, 'record'>) {
  const id = randomUUID()
  const lying = record(moved('ent_1'))
  return {
    noEvent: [{ key: 'ent_1', value: Buffer.from('no event at all') }],
    large: [{ key: 'ent_1', value: randomBytes(100_000) }],
    refused: [record(moved('refused'))],
    idTwice: [record(moved('ent_1', 1, id)), record(moved('ent_1', 2, id))],
    lyingHeaders: [{ ...lying, headers: { ...lying.headers, ce_id: 'another' } }],
    old: Array.from({ length: 20 }, (_, n) => ({
      ...record(moved(`ent_${n}`)),
      timestamp: `${Date.now() - 1_200_000}`,
    })),
  }
}
