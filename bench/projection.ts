import { createWriterSchema } from '../src/avro/codec/create-writer-schema.ts'
// Compares ways to read two fields of an event: the whole event, and a projection of these fields.
// Needs no Kafka. Prints nanoseconds and bytes of garbage per event.
//
//   node bench/projection.ts [events]

import { encodeEvent } from '../src/avro/codec/encoder.ts'
import { builtInContract } from '../src/avro/schema/contract-schemas.ts'
import { collectGarbage, event } from './sample.ts'

const EVENTS = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = 5

const { text } = builtInContract().of(event)
const bytes = encodeEvent(builtInContract(), event, 1)
const schema = createWriterSchema(builtInContract(), text)

const slots: unknown[] = []
const scalars = schema.projection([
  ['entity', 'quantity'],
  ['to', 'name'],
])
const deep = schema.projection([
  ['entity', 'attributes', 'maxCelsius'],
  ['to', 'name'],
])
const [name, id, time] = [['kind'], ['id'], ['time']].map((path) => schema.projection([path]))

const ways: Record<string, () => unknown> = {
  'peek: name and id': () => schema.peek(bytes),
  'projection: kind only': () => name?.(bytes, slots),
  'projection: id': () => id?.(bytes, slots),
  'projection: time': () => time?.(bytes, slots),
  'projection: entity.quantity, to.name': () => scalars(bytes, slots),
  'projection: entity.attributes.maxCelsius, to.name': () => deep(bytes, slots),
  'the whole event': () => schema.decode(bytes),
}

const rounds = Array.from({ length: ROUNDS }, () =>
  Object.entries(ways).map(([way, call]) => ({ way, ...measure(call) })),
).flat()
for (const way of Object.keys(ways)) {
  const own = rounds.filter((round) => round.way === way)
  const [ns, garbage] = [own.map((r) => r.ns), own.map((r) => r.garbage)].map(least)
  process.stdout.write(`${way.padEnd(52)}${ns?.padStart(6)} ns${garbage?.padStart(6)} bytes\n`)
}

/**
 * Measures CPU time of the process, because the machine may be busy. Garbage is measured over few
 * events, so that none of it is collected in between.
 */
function measure(call: () => unknown): { ns: number; garbage: number } {
  const start = process.cpuUsage()
  for (let i = 0; i < EVENTS; i++) call()
  const ns = (process.cpuUsage(start).user * 1_000) / EVENTS
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 1_000; i++) call()
  return { ns, garbage: (process.memoryUsage().heapUsed - before) / 1_000 }
}

/** Returns the minimum, since other load on the machine only adds time. */
function least(values: number[]): string {
  return Math.min(...values).toFixed(0)
}
