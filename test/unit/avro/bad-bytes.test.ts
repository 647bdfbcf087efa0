import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../../src/avro/wire-format.ts'
import type { WriterSchema } from '../../../src/avro/writer-schema.ts'
import type { Event } from '../../../src/event/event.ts'
import { event } from '../../support/arbitraries.ts'
import { readSamples } from '../../support/samples.ts'

const schemas = builtInContract().schemas.map(({ text }) =>
  createWriterSchema(builtInContract(), text),
)
const schemaOf = (e: Event) =>
  schemas.find(({ fullName }) => fullName === builtInContract().of(e).fullName) as WriterSchema
const paths = [
  ['entity', 'attributes', 'a'],
  ['to', 'name'],
  ['kwargs', 'id'],
  ['args', '1'],
]
const projections = new Map(schemas.map((schema) => [schema, schema.projection(paths)]))
const frame = Buffer.from([0, 0, 0, 0, 1])
const sample = readSamples()[0] as NonNullable<ReturnType<typeof readSamples>[0]>
const sampleSchema = createWriterSchema(builtInContract(), builtInContract().of(sample).text)
const undecodable = expect.objectContaining({ code: 'RECORD_UNDECODABLE' })

/** Any bytes either decode to an event or throw RECORD_UNDECODABLE. */
function read(schema: WriterSchema, bytes: Buffer): void {
  const project = (value: Buffer) => projections.get(schema)?.(value, [])
  for (const way of [schema.peek, schema.decode, schema.decodeAsWritten, project]) {
    try {
      way(bytes)
    } catch (error) {
      expect(error).toEqual(undecodable)
    }
  }
}

describe('the frame', () => {
  it.each([
    [[], 'the value is empty'],
    [[0, 0, 0, 1], 'expected the Avro frame of 5 bytes, got 4 bytes'],
    [[123], 'expected the Avro frame (first byte 0), got first byte 123'],
  ])('is missed in %j', (bytes, message) => {
    const read = () => schemaIdOf(Buffer.from(bytes))
    expect(read).toThrow(message)
    expect(read).toThrow(undecodable)
  })
})

describe('bytes that are no event', () => {
  it('are undecodable when random', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...schemas),
        fc.uint8Array({ maxLength: 200 }),
        (schema, bytes) => {
          read(schema, Buffer.concat([frame, bytes]))
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('are undecodable when truncated, and never another event', () => {
    fc.assert(
      fc.property(
        event,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (e, part) => {
          const schema = schemaOf(e)
          const bytes = encodeEvent(builtInContract(), e, 1)
          const cut = bytes.subarray(0, 5 + Math.floor((bytes.length - 5) * part))
          expect(() => schema.decode(cut)).toThrow(undecodable)
        },
      ),
    )
  })

  it('are undecodable or another event when one byte is changed', () => {
    fc.assert(
      fc.property(event, fc.nat(), fc.nat(255), (e, at, byte) => {
        const bytes = encodeEvent(builtInContract(), e, 1)
        bytes[5 + (at % (bytes.length - 5))] = byte
        read(schemaOf(e), bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it('are undecodable with anything after the event', () => {
    const bytes = Buffer.concat([encodeEvent(builtInContract(), sample, 1), Buffer.from([0])])
    expect(() => sampleSchema.decode(bytes)).toThrow('1 bytes left over')
  })

  it('are undecodable without an id', () => {
    const bytes = encodeEvent(builtInContract(), { ...sample, id: '' }, 1)
    expect(() => sampleSchema.decode(bytes)).toThrow('its id is empty')
    expect(() => sampleSchema.peek(bytes)).toThrow('its id is empty')
  })

  it('are undecodable with numbers that JSON does not have', () => {
    const entity = { id: 'e', name: 'n', productId: 'p' }
    for (const broken of [
      { quantity: Number.NaN },
      { attributes: { a: Number.POSITIVE_INFINITY } },
    ]) {
      const bytes = encodeEvent(
        builtInContract(),
        { ...sample, entity: { ...entity, ...broken } } as typeof sample,
        1,
      )
      expect(() => sampleSchema.decode(bytes)).toThrow('is not a JSON number')
    }
  })

  it('fail at once if they announce more items than bytes', () => {
    const schema = createWriterSchema(
      builtInContract(),
      '{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"array","items":"null"}},{"name":"id","type":"string"}]}',
    )
    // 2^40 nulls would take no bytes but hours.
    const bytes = Buffer.concat([frame, Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0, 0])])
    expect(() => schema.decode(bytes, {})).toThrow('items announced')
    expect(() => schema.peek(bytes)).toThrow(undecodable)
  })

  it('fail if they nest too deep', () => {
    const plugin = { id: 'a', name: 'b', time: '2024-01-15T10:30:00Z', args: [], kwargs: {} }
    const deep = JSON.parse('['.repeat(2000) + ']'.repeat(2000))
    const schema = createWriterSchema(builtInContract(), builtInContract().of(plugin).text)
    const bytes = encodeEvent(builtInContract(), { ...plugin, args: [deep] }, 1)
    expect(() => schema.decode(bytes)).toThrow('nested deeper')
    // The depth counted for the bad record is reset for the next one.
    const good = encodeEvent(
      builtInContract(),
      { ...plugin, args: [JSON.parse('['.repeat(99) + ']'.repeat(99))] },
      1,
    )
    expect(schema.decode(good).id).toBe('a')
  })

  it('are undecodable as the text of an unknown kind', () => {
    const unknown = builtInContract().schemas.find(({ fullName }) =>
      fullName.endsWith('UnknownEvent'),
    )
    const schema = createWriterSchema(builtInContract(), unknown?.text ?? '')
    for (const json of ['{', '[]', '"x"', '{"a":"\\ud800"}']) {
      const start = Buffer.from([2, 0x61, 2, 0x6b, 0, json.length * 2])
      const bytes = Buffer.concat([frame, start, Buffer.from(json)])
      expect(() => schema.decode(bytes)).toThrow(/json.*expected/)
    }
  })
})
