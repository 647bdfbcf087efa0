// Compares what it takes to decode an event and to hash its content: written with our own
// schema, with another version of it, and with a schema that is not of the contract. Needs no Kafka.
// Prints the process's own nanoseconds an event, the least of some rounds in turns, and the ratio to
// what avsc takes to decode it.
//
//   node bench/decode.ts [events]
import avsc from 'avsc'
import { contentHash } from '../src/avro/codec/content-hash.ts'
import { createWriterSchema } from '../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../src/avro/codec/encoder.ts'
import { fingerprint } from '../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../src/avro/schema/contract-schemas.ts'
import { FRAME_BYTES } from '../src/avro/wire-format.ts'
import type { WriterSchema } from '../src/avro/writer-schema.ts'
import { createStream } from './lib/events.ts'
import { readMix } from './lib/mix.ts'

const EVENTS = Number(process.argv[2] ?? 20_000)
const ROUNDS = 20
const HINTS = { name: 'acme.moved', id: 'ce-1', time: '2024-01-15T10:30:00Z' }

const next = createStream({ seed: 1, entities: 10_000, products: 100, mix: readMix(undefined) })
const schemas = new Map<string, WriterSchema>()
const samples = Array.from({ length: 2_000 }, () => {
  const event = next()
  const { fullName, text } = builtInContract().of(event)
  return { fullName, text, bytes: encodeEvent(builtInContract(), event, 1) }
})

/** Reads what a producer wrote whose schema text is changed, as Java's is, or another's altogether. */
function samplesWith(change: (text: string) => string) {
  return samples.map(({ text, bytes }) => {
    const changed = change(text)
    const schema = schemas.get(changed) ?? createWriterSchema(builtInContract(), changed)
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

type Reading = (n: number) => unknown

const avscTypes = new Map(samples.map(({ text }) => [text, avsc.Type.forSchema(JSON.parse(text))]))
const types = samples.map(({ text }) => avscTypes.get(text) as avsc.Type)
const payloads = samples.map(({ bytes }) => bytes.subarray(FRAME_BYTES))
const readings = new Map<string, Reading>([
  ['avsc', (n) => types[n]?.fromBuffer(payloads[n] as Buffer)],
])
for (const [writer, records] of Object.entries(writers)) {
  const each = <T>(read: (record: (typeof records)[0]) => T) => {
    return (n: number) => read(records[n] as (typeof records)[0])
  }
  readings.set(
    `${writer}: decode`,
    each(({ schema, bytes }) => schema.decode(bytes, HINTS)),
  )
  for (const print of [contentHash, fingerprint]) {
    readings.set(
      `${writer}: decode and ${print.name}`,
      each(({ schema, bytes }) =>
        print(schema.decodeAsWritten(bytes, schema.decode(bytes, HINTS))),
      ),
    )
  }
}

const nanos = new Map([...readings.keys()].map((name) => [name, [] as number[]]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, read] of readings) nanos.get(name)?.push(nanosOf(read))
}
const ofAvsc = least('avsc')
for (const name of readings.keys()) {
  const ratio = (least(name) / ofAvsc).toFixed(2)
  process.stdout.write(`${name.padEnd(60)}${least(name).toFixed(0).padStart(7)} ns ${ratio} ×\n`)
}

function nanosOf(read: Reading): number {
  const start = process.cpuUsage()
  for (let i = 0; i < EVENTS; i++) read(i % samples.length)
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1_000) / EVENTS
}

function least(name: string): number {
  return Math.min(...(nanos.get(name) as number[]))
}
