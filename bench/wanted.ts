// What a wanted event costs whose handler does nothing, from the peek to the ledger, with the
// memory store, beside decoding it only. Needs no Kafka. Prints the process's own time an event.
//
//   node bench/wanted.ts [events]
import { pino } from 'pino'
import { fingerprint } from '../src/avro/fingerprint.ts'
import { schemaIdOf } from '../src/avro/frame.ts'
import { systemClock as clock } from '../src/event/clock.ts'
import type { SourceRecord } from '../src/event/record.ts'
import { createMemoryStore } from '../src/idempotency/memory.ts'
import { createMetrics } from '../src/observe/metrics.ts'
import { createReports } from '../src/observe/reports.ts'
import { createSampledLog } from '../src/observe/sampled-log.ts'
import { noCrashNotes } from '../src/pipeline/crash-counts.ts'
import { Ledger } from '../src/pipeline/ledger.ts'
import { createPipeline } from '../src/pipeline/pipeline.ts'
import { allOn } from '../src/pipeline/switches.ts'
import { withDefaults } from '../src/plugin/loaded-plugin.ts'
import { toRecord } from '../src/publish/to-record.ts'
import { createLocalSchemas } from '../src/testing/local-schemas.ts'
import { CallBoard } from '../src/watchdog/call-board.ts'
import { noteCalls } from '../src/watchdog/note-calls.ts'
import { event } from './sample.ts'

const EVENTS = Number(process.argv[2] ?? 200_000)
const ENTITIES = 10_000
const schemas = createLocalSchemas()
const schemaId = schemas.idOf(event)
const records = Array.from({ length: EVENTS }, (_, i) => {
  const entity = { ...event.entity, id: `ent_${i % ENTITIES}` }
  const out = toRecord({ ...event, id: `evt-${i}`, entity }, schemaId, '/bench')
  const headers = Object.fromEntries(
    Object.entries(out.headers ?? {}).map(([name, value]) => [name, Buffer.from(String(value))]),
  )
  return { key: Buffer.from(String(out.key)), value: out.value, headers }
})
const log = pino({ level: 'silent' })
const metrics = createMetrics({ version: 'bench' })
const sampled = createSampledLog({ log, clock })
const plugin = withDefaults({ slug: 'all', processEvent() {} }, 'bench', {
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  timeoutMs: 30_000,
  concurrency: 64,
})
const newPipeline = () =>
  createPipeline({
    groupId: 'bench',
    plugins: [plugin],
    switches: allOn,
    maxInFlightBytes: 64 * 1024 * 1024,
    handlerGraceMs: 1_000,
    schemaIdOf,
    schemas,
    fingerprint,
    store: createMemoryStore({ clock, ttlMs: 1e6, maxMarks: 100_000 }),
    deadLetters: { write: async () => {} },
    crashes: noCrashNotes,
    maxCrashes: 3,
    calls: noteCalls(new CallBoard()),
    clock,
    random: Math.random,
    retentionMsOf: () => undefined,
    logOf: () => log,
    onStuck: () => {},
    reports: createReports({ metrics, log, sampled, clock, store: 'memory' }),
  })

for (let round = 0; round < 5; round++) {
  const pipeline = newPipeline()
  const lost = new AbortController().signal
  const epoch = { topic: `events${round}`, partition: 0, ledger: new Ledger(0), lost }
  await pipeline.begin(epoch)
  const start = process.cpuUsage()
  for (const [offset, record] of records.entries()) {
    const taken = { topic: epoch.topic, partition: 0, offset, timestampMs: Date.now(), ...record }
    for (;;) {
      const obstacle = pipeline.take(epoch, taken as SourceRecord)
      if (obstacle === undefined) break
      await obstacle.cleared
    }
    if (offset % 2_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  while (pipeline.stats().inFlightDeliveries > 0) await new Promise((r) => setTimeout(r, 1))
  const { user, system } = process.cpuUsage(start)
  process.stdout.write(`${(((user + system) * 1_000) / EVENTS).toFixed(0)} ns\n`)
}
process.exit(0)
