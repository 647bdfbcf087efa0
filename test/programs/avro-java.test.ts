import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../src/avro/codec/encoder.ts'
import { canonicalJson } from '../../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { FRAME_BYTES } from '../../src/avro/wire-format.ts'
import type { Event } from '../../src/event/event.ts'
import type { JsonValue } from '../../src/event/json.ts'
import { javaFields, javaMissing, lines, runJava } from '../support/java-avro.ts'
import { vectorEvents } from '../support/vector-events.ts'

interface Vector {
  event: Event
  /** The record as Apache Avro for Java encodes it, without the wire format's prefix. */
  hex: string
}

const file = new URL('../support/avro-vectors.jsonl', import.meta.url)
const events = vectorEvents()
const missing = javaMissing()
const text = (value: unknown) => canonicalJson(value as JsonValue)

function decode(event: Event, hex: string): Event {
  const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), Buffer.from(hex, 'hex')])
  return createWriterSchema(builtInContract(), builtInContract().of(event).text).decode(bytes)
}

function readVectors(): Vector[] {
  const text = readFileSync(file, 'utf8').trim()
  return text.split('\n').map((line) => JSON.parse(line) as Vector)
}

function writtenByJava(): Promise<Vector[]> {
  const tasks = events.map((event) => ({
    schema: builtInContract().of(event).text,
    fields: javaFields(event),
  }))
  return runJava(tasks).then((results) =>
    results.map(({ hex }, i) => ({ event: events[i] as Event, hex: hex as string })),
  )
}

describe('records that Apache Avro for Java wrote', () => {
  it('exist for every event', () => {
    expect(readVectors().map(({ event }) => text(event))).toEqual(events.map(text))
  })

  it.each(readVectors().map(({ event, hex }) => [event.id, event, hex] as const))(
    'decode to the event %s',
    (_id, event, hex) => {
      expect(text(decode(event, hex))).toBe(text(event))
    },
  )
})

const title = missing === undefined ? 'Apache Avro for Java' : `${missing} is not installed: Java`

describe.skipIf(missing !== undefined)(title, () => {
  it('still encodes the vectors that are committed', async () => {
    const vectors = await writtenByJava()
    if (process.env.UPDATE_VECTORS === 'true') await writeFile(file, lines(vectors))
    for (const { event, hex } of vectors) expect(text(decode(event, hex))).toBe(text(event))
    expect(vectors.map(({ hex }) => hex)).toEqual(readVectors().map(({ hex }) => hex))
  })

  it('decodes what we encode', async () => {
    const tasks = events.map((event) => ({
      schema: builtInContract().of(event).text,
      hex: encodeEvent(builtInContract(), event, 1).subarray(FRAME_BYTES).toString('hex'),
    }))
    const results = await runJava(tasks)
    for (const [i, event] of events.entries()) {
      expect(text(results[i]?.fields)).toBe(text(javaFields(event)))
    }
  })
})
