// Compares what it takes to decode an event and to fingerprint its content: written with our own
// schema, with another version of it, and with a schema that is not of the contract. Needs no Kafka.
// Prints the process's own nanoseconds an event, the least of a few rounds.
//
//   node bench/decode.ts [events]
import { createWriterSchema } from '../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../src/avro/codec/encoder.ts'
import { fingerprint } from '../src/avro/codec/fingerprint.ts'
import { contractSchemaOf } from '../src/avro/schema/contract-schemas.ts'
import type { WriterSchema } from '../src/avro/writer-schema.ts'
import { createStream } from './lib/events.ts'
import { readMix } from './lib/mix.ts'

const EVENTS = Number(process.argv[2] ?? 300_000)
const ROUNDS = 5
const HINTS = { name: 'acme.moved', id: 'ce-1', time: '2024-01-15T10:30:00Z' }

const next = createStream({ seed: 1, entities: 10_000, products: 100, mix: readMix(undefined) })
const schemas = new Map<string, WriterSchema>()
const samples = Array.from({ length: 2_000 }, () => {
  const event = next()
  const { fullName, text } = contractSchemaOf(event)
  return { fullName, text, bytes: encodeEvent(event, 1) }
})

/** Reads what a producer wrote whose schema text is changed, as Java's is, or another's altogether. */
function samplesWith(change: (text: string) => string) {
  return samples.map(({ text, bytes }) => {
    const changed = change(text)
    const schema = schemas.get(changed) ?? createWriterSchema(changed)
    schemas.set(changed, schema)
    return { schema, bytes }
  })
}

const writers = {
  'our schema': samplesWith((text) => text),
  'the same with other attributes': samplesWith((text) =>
    text.replaceAll('"type":"string"', '"type":{"type":"string","avro.java.string":"String"}'),
  ),
  'a foreign schema': samplesWith((text) => text.replaceAll('inventory_events', 'acme')),
}

for (const [writer, records] of Object.entries(writers)) {
  print(`${writer}: decode`, records, ({ schema, bytes }) => schema.decode(bytes, HINTS))
  print(`${writer}: decode and fingerprint`, records, ({ schema, bytes }) =>
    fingerprint(schema.decodeAsWritten(bytes, schema.decode(bytes, HINTS))),
  )
}

function print<T>(what: string, records: readonly T[], read: (record: T) => unknown): void {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage()
    for (let i = 0; i < EVENTS; i++) read(records[i % records.length] as T)
    const { user, system } = process.cpuUsage(start)
    least = Math.min(least, ((user + system) * 1_000) / EVENTS)
  }
  process.stdout.write(`${what.padEnd(60)}${least.toFixed(0).padStart(7)} ns\n`)
}
