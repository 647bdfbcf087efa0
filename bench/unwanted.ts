// What an event costs that no plugin wants, from the peek to the ledger, beside what kafkajs does.
// Needs no Kafka. Prints the process's own nanoseconds and bytes of garbage an event.
//
//   node bench/unwanted.ts [events]
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
import { noNotes } from '../src/pipeline/handle.ts'
import { Ledger } from '../src/pipeline/ledger.ts'
import { createPipeline, type Pipeline } from '../src/pipeline/pipeline.ts'
import { allOn } from '../src/pipeline/switches.ts'
import { withDefaults } from '../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../src/plugin/plugin.ts'
import { toRecord } from '../src/publish/to-record.ts'
import { createLocalSchemas } from '../src/testing/local-schemas.ts'
import { collectGarbage, event } from './sample.ts'

const EVENTS = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = 5

const others = new Set(['inventory.wasted', 'inventory.merged'])
/** Written differently, as those of different authors are, so that no call is inlined for all. */
const filters: NonNullable<Plugin['wantsProcessEvent']>[] = [
  (name) => name === 'inventory.wasted',
  (name) => others.has(name),
  (name) => name.startsWith('part_'),
  (name) => name === 'inventory.merged' || name === 'inventory.split',
  (name) => name.endsWith('.created'),
  (name) => ['inventory.wasted', 'inventory.consumed'].includes(name),
  (name) => /^order/.test(name),
  () => false,
]
const byField: Partial<Plugin> = {
  wantsProcessEvent: (name) => name === 'inventory.moved',
  where: [
    { gt: { 'data.entity.quantity': 1_000 } },
    { in: { 'data.to.name': ['Freezer', 'Packing'] } },
  ],
}
const schemas = createLocalSchemas()
const outgoing = toRecord(event, schemas.idOf(event), '/bench')
const headers = Object.fromEntries(
  Object.entries(outgoing.headers ?? {}).map(([name, value]) => [name, Buffer.from(String(value))]),
)

const cases: [what: string, plugins: number, part?: Partial<Plugin>][] = [
  ['no plugin', 0],
  ['1 plugin by name', 1],
  ['10 plugins by name', 10],
  ['100 plugins by name', 100],
  ['1 plugin by where', 1, byField],
  ['10 plugins by where', 10, byField],
]
const benches = await Promise.all(
  cases.map(async ([what, count, part = {}]) => ({
    what,
    run: await prepare(pipelineOf(count, part)),
  })),
)
const rounds = Array.from({ length: ROUNDS }, () =>
  benches.map(({ what, run }) => ({ what, ...measure(run) })),
).flat()
for (const { what } of benches) {
  const own = rounds.filter((round) => round.what === what)
  const [ns, garbage] = [own.map((r) => r.ns), own.map((r) => r.garbage)].map(least)
  process.stdout.write(`${what.padEnd(24)}${ns?.padStart(6)} ns${garbage?.padStart(6)} bytes\n`)
}

/** Takes that many records in. Making the record is counted too, as kafkajs's is not. */
async function prepare(pipeline: Pipeline): Promise<(records: number) => void> {
  const lost = new AbortController().signal
  const epoch = { topic: 'events', partition: 0, ledger: new Ledger(0), lost }
  await pipeline.begin(epoch)
  const key = Buffer.from(String(outgoing.key))
  const { value } = outgoing
  return (records) => {
    for (let i = 0; i < records; i++) {
      const offset = epoch.ledger.expected
      const record = { topic: 'events', partition: 0, offset, timestampMs: 0, key, value, headers }
      pipeline.take(epoch, record as SourceRecord)
    }
  }
}

function pipelineOf(count: number, part: Partial<Plugin>): Pipeline {
  const log = pino({ level: 'silent' })
  const metrics = createMetrics({ version: 'bench' })
  const sampled = createSampledLog({ log, clock })
  const retry = { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 }
  const plugins = Array.from({ length: count }, (_, i) =>
    withDefaults(
      {
        slug: `p${i}`,
        processEvent() {},
        wantsProcessEvent: filters[i % filters.length]!,
        ...part,
      },
      'bench',
      {
        retry,
        timeoutMs: 1_000,
        concurrency: 1,
      },
    ),
  )
  return createPipeline({
    groupId: 'bench',
    plugins,
    switches: allOn,
    maxInFlightBytes: 1e9,
    handlerGraceMs: 1_000,
    schemaIdOf,
    schemas,
    fingerprint,
    store: createMemoryStore({ clock, ttlMs: 1e6, maxMarks: 1_000 }),
    deadLetters: { write: async () => {} },
    crashes: noCrashNotes,
    maxCrashes: 3,
    calls: noNotes,
    clock,
    random: Math.random,
    retentionMsOf: () => undefined,
    logOf: () => log,
    onStuck: () => {},
    reports: createReports({ metrics, log, sampled, clock, store: 'memory' }),
  })
}

/** The process's own time counts, because others may be busy. */
function measure(run: (records: number) => void): { ns: number; garbage: number } {
  const start = process.cpuUsage()
  run(EVENTS)
  const ns = (process.cpuUsage(start).user * 1_000) / EVENTS
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  run(1_000)
  return { ns, garbage: (process.memoryUsage().heapUsed - before) / 1_000 }
}

/** Whatever else the machine does only adds to it. */
function least(values: number[]): string {
  return Math.min(...values).toFixed(0)
}
