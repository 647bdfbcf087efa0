// The cost of an event that no plugin wants, from the peek to the offset ledger, without kafkajs's.
// Needs no Kafka. Prints CPU nanoseconds and bytes of garbage per event.
//
//   node bench/unwanted.ts [events]
import { OffsetLedger } from '../src/pipeline/offset-ledger.ts'
import type { Pipeline } from '../src/pipeline/pipeline.ts'
import type { Plugin } from '../src/plugin/plugin.ts'
import { barePipeline, readAs } from './lib/bare-pipeline.ts'
import { collectGarbage, event } from './sample.ts'

const EVENTS = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = 5

const others = new Set(['inventory.wasted', 'inventory.merged'])
/** Different functions, as from different authors, so that the call is not monomorphic. */
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
const byList: Partial<Plugin> = { wants: ['inventory.wasted'] }
const read = readAs(event)

const cases: [what: string, plugins: number, part?: Partial<Plugin>][] = [
  ['no plugin', 0],
  ['1 plugin by name', 1],
  ['10 plugins by name', 10],
  ['100 plugins by name', 100],
  ['10 plugins by wants', 10, byList],
  ['100 plugins by wants', 100, byList],
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

/** Runs that many records through the intake. Includes creating the record, but not kafkajs's part. */
async function prepare(pipeline: Pipeline): Promise<(records: number) => void> {
  const lost = new AbortController().signal
  const epoch = { topic: 'events', partition: 0, ledger: new OffsetLedger(0), lost }
  await pipeline.begin(epoch)
  return (records) => {
    for (let i = 0; i < records; i++) {
      const offset = epoch.ledger.expected
      pipeline.take(epoch, { topic: 'events', partition: 0, offset, timestampMs: 0, ...read })
    }
  }
}

function pipelineOf(count: number, part: Partial<Plugin>): Pipeline {
  const plugins = Array.from({ length: count }, (_, i) => ({
    slug: `p${i}`,
    processEvent() {},
    ...(part.wants === undefined && { wantsProcessEvent: filters[i % filters.length]! }),
    ...part,
  }))
  return barePipeline(plugins)
}

/** Measures CPU time of the process, because the machine may be busy. */
function measure(run: (records: number) => void): { ns: number; garbage: number } {
  const start = process.cpuUsage()
  run(EVENTS)
  const ns = (process.cpuUsage(start).user * 1_000) / EVENTS
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  run(1_000)
  return { ns, garbage: (process.memoryUsage().heapUsed - before) / 1_000 }
}

/** Returns the minimum, since other load on the machine only adds time. */
function least(values: number[]): string {
  return Math.min(...values).toFixed(0)
}
