// Measures how a replica reads back what a plugin remembers, at the assignment of its partitions: writes a
// state for each entity, then opens the store as their next owner does. Prints JSON.
//
//   KAFKA_BROKERS=localhost:9092 node bench/states.ts [entities] [partitions]
import { randomUUID } from 'node:crypto'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { loadConfig } from '../src/config/load-config.ts'
import { stateName } from '../src/idempotency/state-table.ts'
import { deleteResources } from '../src/kafka/admin/delete-resources.ts'
import { createMarksTopic } from '../src/kafka/admin/marks-topic.ts'
import { createStateTopic } from '../src/kafka/admin/state-topic.ts'
import { withAdmin } from '../src/kafka/admin/topic-admin.ts'
import { createKafka } from '../src/kafka/client/client.ts'
import { createProducer } from '../src/kafka/producer/producer.ts'
import { marksTopicOf, stateTopicOf } from '../src/topics/names.ts'
import { createLogger } from '../src/util/logger.ts'
import { openAll, openMarksStore, untilOpen } from './lib/fill-marks.ts'
import { memoryInUse } from './lib/memory-in-use.ts'

const ENTITIES = Number(process.argv[2] ?? 1_000_000)
const PARTITIONS = Number(process.argv[3] ?? 1)
const PLUGIN = 'low-stock'
const SENT = 5_000
const TTL_MS = 86_400_000

const config = loadConfig(process.env, { required: ['KAFKA_BROKERS'] })
const kafka = createKafka(config, createLogger('silent'))
const groupId = 'bench'
const topic = `bench-${randomUUID().slice(0, 8)}`
const wanted = { topic, groupId, partitions: PARTITIONS, marks: 1_000, stateful: [PLUGIN] }

const topics = [topic, marksTopicOf(topic, groupId), stateTopicOf(topic, groupId)]
try {
  process.stdout.write(`${JSON.stringify(await measure(), null, 2)}\n`)
} finally {
  await deleteResources(kafka, { topics, groups: [] })
}

async function measure(): Promise<object> {
  await createTopics()
  const first = await openMarksStore(kafka, wanted)
  await untilOpen(first, wanted)
  await first.close()
  await fill()

  const before = await memoryInUse()
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const store = await openMarksStore(kafka, wanted)
  const startMs = performance.now()
  const startCpu = process.cpuUsage()
  await openAll(store, wanted)
  const readBackMs = Math.round(performance.now() - startMs)
  const { user, system } = process.cpuUsage(startCpu)
  delay.disable()
  const after = await memoryInUse()
  for (const n of [0, ENTITIES - 1]) {
    const place = { topic, partition: n % PARTITIONS }
    const found = await store.stateOf(place, PLUGIN, keyOf(n))
    if (found?.text !== textOf(n)) throw new Error(`entity ${n} has not its state`)
  }
  await store.close()
  return {
    machine: `${availableParallelism()} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`,
    node: process.version,
    entities: ENTITIES,
    partitions: PARTITIONS,
    keyBytes: keyOf(0).length,
    textBytes: textOf(0).length,
    readBackMs,
    // On a machine that is busy with other work, this says more than the time that passed.
    cpuMs: Math.round((user + system) / 1000),
    bytesPerEntity: Math.round((after.heapUsed - before.heapUsed) / ENTITIES),
    rssMiB: Math.round(after.rss / 1_048_576),
    longestBlockMs: Math.round(delay.max / 1e6),
  }
}

async function fill(): Promise<void> {
  const producer = await createProducer(kafka)
  for (let from = 0; from < ENTITIES; from += SENT) {
    const count = Math.min(SENT, ENTITIES - from)
    const records = Array.from({ length: count }, (_, each) => {
      const n = from + each
      const key = Buffer.from(stateName(PLUGIN, keyOf(n)), 'latin1')
      return { key, value: Buffer.from(textOf(n)), partition: n % PARTITIONS }
    })
    await producer.send(stateTopicOf(topic, groupId), records)
  }
  await producer.close()
}

function createTopics(): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    const shape = { partitions: PARTITIONS, replicationFactor: -1, configs: {} }
    await admin.create({ topic, ...shape })
    await createMarksTopic(admin, topic, shape, { groupId, ttlMs: TTL_MS })
    await createStateTopic(admin, topic, shape, groupId)
  })
}

function keyOf(n: number): Buffer {
  return Buffer.from(`entity-${String(n).padStart(12, '0')}`)
}

function textOf(n: number): string {
  return `{"version":1,"value":{"isLow":false,"quantity":${n}}}`
}
