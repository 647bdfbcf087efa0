import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema, Schema, SchemaField } from '../../../../src/avro/schema/schema.ts'
import { createContractType } from '../../../../src/avro/types/contract-type.ts'
import type { WriterSchema } from '../../../../src/avro/writer-schema.ts'
import type { Event } from '../../../../src/event/event.ts'
import { type Path, valueAt } from '../../../../src/event/path.ts'
import { event, inventoryEvent, json, text } from '../../../support/arbitraries.ts'
import { readSamples } from '../../../support/samples.ts'

const hints = { name: 'acme.weighed', id: 'ce-1', time: '2024-01-15T10:30:00Z' }

/** The value that a slot holds: lists and maps are not built. */
function brief(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? [] : {}
}

function project(schema: WriterSchema, bytes: Buffer, paths: Path[]): unknown[] {
  const slots: unknown[] = ['left over']
  schema.projection(paths)(bytes, slots, hints)
  return paths.length === 0 ? [] : slots
}

function expectSame(schema: WriterSchema, bytes: Buffer, paths: Path[]): void {
  const decoded = schema.decode(bytes, hints)
  const expected = paths.map((path) => brief(valueAt(decoded, path)))
  expect(project(schema, bytes, paths)).toStrictEqual(expected)
}

/** Every existing path in a value. */
function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsIn(inner).map((path) => [key, ...path]),
  ])
}

const segment = fc.oneof(
  fc.constantFrom(
    'entity',
    'attributes',
    'kwargs',
    'payload',
    'id',
    'kind',
    'time',
    '0',
    '1',
    'value',
  ),
  text,
)
const anyPath = fc.array(segment, { minLength: 1, maxLength: 5 })

/** Some existing paths of the event, and some that do not exist. */
function pathsOf(e: unknown): fc.Arbitrary<Path[]> {
  const some = fc.array(fc.constantFrom(...pathsIn(e)), { maxLength: 8 })
  const beyond = fc.tuple(fc.constantFrom(...pathsIn(e)), segment).map(([p, s]) => [...p, s])
  return fc
    .tuple(some, fc.array(anyPath, { maxLength: 3 }), fc.array(beyond, { maxLength: 2 }))
    .map((parts) => parts.flat())
}

const withPaths = (events: fc.Arbitrary<Event>) =>
  events.chain((e) => pathsOf(e).map((paths) => ({ e, paths })))

const schemas = new Map(
  builtInContract().schemas.map(({ fullName, text }) => [
    fullName,
    createWriterSchema(builtInContract(), text),
  ]),
)
const schemaOf = (e: Event) => schemas.get(builtInContract().of(e).fullName) as WriterSchema

describe('a projection', () => {
  it('equals the decoded event at each path', () => {
    fc.assert(
      fc.property(withPaths(event), ({ e, paths }) =>
        expectSame(schemaOf(e), encodeEvent(builtInContract(), e, 1), paths),
      ),
      { numRuns: 500 },
    )
  })

  it('equals the decoded event for any writer version', () => {
    fc.assert(
      fc.property(
        withPaths(inventoryEvent),
        fc.infiniteStream(fc.nat(9)),
        ({ e, paths }, choices) => {
          const schema = otherVersion(builtInContract().of(e).schema, () => choices.next().value)
          const bytes = Buffer.alloc(100_000)
          const end = createContractType(schema).encode({ ...e, lot: 'L1' }, bytes, 5)
          expectSame(
            createWriterSchema(builtInContract(), JSON.stringify(schema)),
            bytes.subarray(0, end),
            paths,
          )
        },
      ),
      { numRuns: 200 },
    )
  })

  it('reads a foreign schema as the decoder does', () => {
    const value = fc.record(
      {
        id: fc.option(text, { nil: null }),
        time: text,
        weights: fc.array(fc.option(fc.integer(), { nil: null }), { maxLength: 4 }),
        parts: fc.dictionary(
          fc.constantFrom('a', 'b', 'c'),
          fc.record({ id: text, size: fc.nat() }),
        ),
        note: fc.option(text, { nil: null }),
        json,
      },
      { noNullPrototype: true },
    )
    const schema = createWriterSchema(builtInContract(), JSON.stringify(foreign))
    const type = createContractType(foreign)
    fc.assert(
      fc.property(
        value.chain((v) => pathsOf({ ...v, payload: v }).map((paths) => ({ v, paths }))),
        ({ v, paths }) => {
          const bytes = Buffer.alloc(100_000)
          const end = type.encode(v, bytes, 5)
          expectSame(schema, bytes.subarray(0, end), paths)
        },
      ),
    )
  })

  it('uses the last value of a repeated key, and reads blocks with sizes', () => {
    const name = 'acme.Twice'
    const map = { type: 'map', values: { type: 'map', values: 'int' } }
    const list = { type: 'array', items: 'int' }
    const fields = [
      { name: 'map', type: map },
      { name: 'list', type: list },
    ]
    const schema = createWriterSchema(
      builtInContract(),
      JSON.stringify({ type: 'record', name, fields }),
    )
    const [a, b, c] = [0x61, 0x62, 0x63]
    // Two entries a, {b: 1} and a, {c: 2}; then a block of two items in two bytes, one of one item.
    const maps = [4, 2, a, 2, 2, b, 2, 0, 2, a, 2, 2, c, 4, 0, 0]
    const lists = [3, 4, 10, 12, 2, 14, 0]
    const bytes = Buffer.from([0, 0, 0, 0, 1, ...maps, ...lists])
    const paths = [
      ['map', 'a', 'b'],
      ['map', 'a', 'c'],
      ['list', '2'],
      ['list', '3'],
    ]
    expect(schema.decode(bytes, hints)).toMatchObject({ map: { a: { c: 2 } }, list: [5, 6, 7] })
    expect(project(schema, bytes, paths)).toEqual([undefined, 2, 7, undefined])
  })

  it('keeps a JSON null apart from a missing value', () => {
    const [sample] = readSamples()
    const e = { ...sample, entity: { id: 'e', name: 'n', productId: 'p', attributes: { a: null } } }
    const paths = [
      ['entity', 'attributes', 'a'],
      ['entity', 'attributes', 'b'],
      ['entity', 'quantity'],
    ]
    const bytes = encodeEvent(builtInContract(), e as Event, 1)
    expect(project(schemaOf(e as Event), bytes, paths)).toEqual([null, undefined, undefined])
  })

  it('fails exactly if the decoder fails, as far as it reads', () => {
    fc.assert(
      fc.property(withPaths(event), fc.nat(), fc.nat(255), ({ e, paths }, at, byte) => {
        const bytes = encodeEvent(builtInContract(), e, 1)
        bytes[5 + (at % (bytes.length - 5))] = byte
        const outcome = attempt(() => project(schemaOf(e), bytes, paths))
        if (outcome instanceof Error) {
          expect(outcome).toMatchObject({ code: 'RECORD_UNDECODABLE' })
          expect(() => schemaOf(e).decode(bytes)).toThrow()
        }
      }),
      { numRuns: 500 },
    )
  })

  it('reports truncated bytes', () => {
    const [sample] = readSamples()
    const bytes = encodeEvent(builtInContract(), sample as Event, 1)
    const cut = () => project(schemaOf(sample as Event), bytes.subarray(0, 30), [['node', 'name']])
    expect(cut).toThrow('its bytes do not fit its schema: truncated')
  })

  it('throws when used for a schema that this version cannot read', () => {
    const [sample] = readSamples()
    const schema = structuredClone(builtInContract().of(sample as Event).schema)
    schema.fields = schema.fields?.filter(({ name }) => name !== 'node') ?? []
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    expect(writer.unreadable).toBeDefined()
    expect(() =>
      writer.projection([['id']])(encodeEvent(builtInContract(), sample as Event, 1), []),
    ).toThrow(expect.objectContaining({ code: 'SCHEMA_INCOMPATIBLE' }))
  })
})

function attempt(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}

const foreign: ComplexSchema = {
  type: 'record',
  name: 'acme.Weighed',
  fields: [
    { name: 'id', type: ['null', 'string'] },
    { name: 'time', type: 'string' },
    { name: 'weights', type: { type: 'array', items: ['null', 'int'] } },
    {
      name: 'parts',
      type: {
        type: 'map',
        values: {
          type: 'record',
          name: 'acme.Part',
          fields: [
            { name: 'id', type: 'string' },
            { name: 'size', type: 'long' },
          ],
        },
      },
    },
    { name: 'note', type: ['null', 'string'] },
    ...(builtInContract()
      .schemas.find(({ fullName }) => fullName === 'inventory_events.PluginEvent')
      ?.schema.fields?.filter(({ name }) => name === 'args')
      .map(({ type }) => ({ name: 'json', type: (type as ComplexSchema).items as Schema })) ?? []),
  ],
}

/** The same record as another version might write it. */
function otherVersion(schema: ComplexSchema, choose: () => number): ComplexSchema {
  const fields = (schema.fields ?? []).flatMap((field): SchemaField[] => {
    const isOptional = field.default === null
    if (isOptional && choose() < 2) return []
    return [{ ...field, type: otherType(field, choose) }]
  })
  if (choose() < 5) fields.unshift({ name: 'lot', type: ['null', 'string'], default: null })
  if (choose() < 3 && !JSON.stringify(schema).includes('JsonValue')) fields.reverse()
  return { ...schema, fields }
}

function otherType({ type }: SchemaField, choose: () => number): Schema {
  if (type === 'string') return choose() < 5 ? type : [type]
  const isRecord = typeof type === 'object' && !Array.isArray(type) && type.type === 'record'
  return isRecord ? otherVersion(type, choose) : type
}
