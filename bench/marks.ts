// Measures the kafka idempotency store on a running Kafka: writes marks as a service does, then loads
// them as the next owner of the partitions does. Prints JSON.
//
//   KAFKA_BROKERS=localhost:9092 node bench/marks.ts [marks] [partitions]
import { randomUUID } from 'node:crypto'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { loadConfig } from '../src/config/load-config.ts'
import { markOf, packMarks } from '../src/idempotency/kafka/mark-format.ts'
import type { IdempotencyStore } from '../src/idempotency/store.ts'
import { deleteResources } from '../src/kafka/admin/delete-resources.ts'
import { createMarksTopic } from '../src/kafka/admin/marks-topic.ts'
import { withAdmin } from '../src/kafka/admin/topic-admin.ts'
import { createKafka } from '../src/kafka/client/client.ts'
import { createProducer } from '../src/kafka/producer/producer.ts'
import { marksTopicOf } from '../src/topics/names.ts'
import { createLogger } from '../src/util/logger.ts'
import { completeAll, keyOf, openAll, openMarksStore, untilOpen } from './lib/fill-marks.ts'
import { memoryInUse } from './lib/memory-in-use.ts'

const MARKS = Number(process.argv[2] ?? 1_000_000)
const PARTITIONS = Number(process.argv[3] ?? 1)
const TTL_MS = 86_400_000

const config = loadConfig(process.env, { required: ['KAFKA_BROKERS'] })
const kafka = createKafka(config, createLogger('silent'))
const groupId = 'bench'
const topic = `bench-${randomUUID().slice(0, 8)}`
const wanted = { topic, groupId, partitions: PARTITIONS, marks: MARKS }

const topics = [topic, marksTopicOf(topic, groupId)]
try {
  process.stdout.write(`${JSON.stringify(await measure(), null, 2)}\n`)
} finally {
  await deleteResources(kafka, { topics, groups: [] })
}

async function measure(): Promise<object> {
  await createTopics()
  const first = await openMarksStore(kafka, wanted)
  await untilOpen(first, wanted)
  const openEmptyMs = await timed(() => openAll(first, wanted))
  const completeMs = await timed(() => completeAll(first, wanted))
  const flushMs = await timed(() => first.flush())
  await first.close()

  const before = await memoryInUse()
  const second = await openMarksStore(kafka, wanted)
  const readBackMs = await timed(() => openAll(second, wanted))
  const after = await memoryInUse()
  const lookUpMs = await timed(() => lookUpAll(second))
  await second.close()
  return {
    machine: `${availableParallelism()} × ${cpus()[0]?.model}, ${gib(totalmem())} GiB`,
    node: process.version,
    marks: MARKS,
    partitions: PARTITIONS,
    openEmptyMs,
    claimAndCompleteMs: completeMs,
    lastFlushMs: flushMs,
    readBackMs,
    bytesPerMark: Math.round((after.arrayBuffers - before.arrayBuffers) / MARKS),
    heapGrowthMiB: mib(after.heapUsed - before.heapUsed),
    lookUpMs,
    ...(await measureSingles()),
  }
}

/** The worst case: records of one mark each, as an idle service writes them. */
async function measureSingles(): Promise<object> {
  const count = Math.min(MARKS, 200_000)
  const producer = await createProducer(kafka)
  for (let n = 0; n < count; n += 2_000) {
    const records = Array.from({ length: 2_000 }, (_, each) => {
      const mark = markOf({ groupId, plugin: 'single', eventId: `evt_${n + each}` }, 'fingerprint')
      return { key: null, value: packMarks([mark]), partition: 0 }
    })
    await producer.send(marksTopicOf(topic, groupId), records)
  }
  await producer.close()
  const store = await openMarksStore(kafka, wanted)
  const readBackMs = await timed(() => openAll(store, wanted))
  await store.close()
  return { singles: count, readBackWithSinglesMs: readBackMs }
}

function createTopics(): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    const shape = { partitions: PARTITIONS, replicationFactor: -1, configs: {} }
    await admin.create({ topic, ...shape })
    await createMarksTopic(admin, topic, shape, { groupId, ttlMs: TTL_MS })
  })
}

async function lookUpAll(store: IdempotencyStore): Promise<void> {
  for (let n = 0; n < MARKS; n++) {
    const { type } = await store.claim(keyOf(n, wanted), 'fingerprint')
    if (type !== 'completed') throw new Error(`mark ${n} is not there: ${type}`)
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return Math.round(performance.now() - startMs)
}

function mib(bytes: number): number {
  return Math.round(bytes / 1_048_576)
}

function gib(bytes: number): number {
  return Math.round(bytes / 1_073_741_824)
}
