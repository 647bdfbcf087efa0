import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentHash } from '../../../../src/avro/codec/content-hash.ts'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { fingerprint } from '../../../../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema, Schema, SchemaField } from '../../../../src/avro/schema/schema.ts'
import type { InventoryEvent, PluginEvent } from '../../../../src/event/event.ts'
import type { JsonValue } from '../../../../src/event/json.ts'
import { branch, framed } from '../../../support/avro-bytes.ts'
import { readSamples } from '../../../support/samples.ts'

const received = readSamples()[0] as Extract<InventoryEvent, { kind: 'inventory.received' }>
const { attributes: _, ...entity } = received.entity
const event = { ...received, entity }
const written = { ...event, time: 1_705_314_600_000_000n }
const ours = builtInContract().of(received).schema

type Fields = { fields: SchemaField[] }

function changed(change: (schema: ComplexSchema & Fields) => unknown): Schema {
  const schema = structuredClone(ours)
  change(schema as ComplexSchema & Fields)
  return schema
}

type Print = (asWritten: JsonValue) => string

/** What tells apart contents that producers with any schema wrote. */
function printOf(schema: Schema, value: object, print: Print): string {
  const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
  const bytes = framed(schema, value)
  const decoded = writer.decode(bytes, { name: 'acme.n', id: 'ce-1', time: '2024-01-15T10:30:00Z' })
  return print(writer.decodeAsWritten(bytes, decoded))
}

const logical = (type: string, logicalType: string) => ({ type, logicalType })
const foreign = {
  type: 'record',
  name: 'acme.Weighed',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'n', type: 'long' },
    { name: 'big', type: 'long' },
    { name: 'day', type: logical('int', 'date') },
    { name: 'clock', type: logical('long', 'time-micros') },
    { name: 'at', type: logical('long', 'timestamp-millis') },
    { name: 'local', type: logical('long', 'local-timestamp-micros') },
    { name: 'nanos', type: logical('long', 'timestamp-nanos') },
    { name: 'price', type: { ...logical('bytes', 'decimal'), precision: 9, scale: 2 } },
    { name: 'raw', type: 'bytes' },
    { name: 'key', type: logical('string', 'uuid') },
    { name: 'maybe', type: ['null', 'double'], default: null },
    { name: 'tags', type: { type: 'map', values: ['null', 'string'] } },
  ],
}
const foreignValue = {
  id: 'w-1',
  n: 7,
  big: 2n ** 60n,
  day: 19_737,
  clock: 1_000_000,
  at: 1_705_314_600_250,
  local: 1_705_314_600_000_001n,
  nanos: 1_705_314_600_000_000_001n,
  price: Buffer.from([1, 2]),
  raw: Buffer.from('hi'),
  key: '0190f5a0-0000-7000-8000-000000000000',
  maybe: null,
  tags: { a: null, b: 'x' },
}

/** Prints of events with one more field. */
function printing(print: Print) {
  const of = (schema: Schema, value: object) => printOf(schema, value, print)
  const withExtra = (type: Schema, value: unknown, attributes: object = {}) =>
    of(
      changed(({ fields }) => fields.push({ name: 'extra', type, ...attributes })),
      { ...written, extra: value },
    )
  return { of, withExtra, plain: of(ours, written) }
}

/** Events written with our schemas, and with others. */
function samplesOf(print: Print): [ours: string[], others: string[]] {
  const { of, withExtra } = printing(print)
  const prints = readSamples().map((sample) => {
    const writer = createWriterSchema(builtInContract(), builtInContract().of(sample).text)
    return print(writer.decodeAsWritten(encodeEvent(builtInContract(), sample, 1)))
  })
  const others = [
    withExtra('string', 'L1'),
    withExtra(['null', 'string'], null, { default: null }),
    withExtra({ type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'B'),
    of(foreign, foreignValue),
  ]
  return [prints, others]
}

describe('the fingerprint', () => {
  it('of events written with our schema is as it was in the first version', () => {
    const [prints] = samplesOf(fingerprint)
    expect(prints).toMatchInlineSnapshot(`
      [
        "aRleWlBz7ecEjCAd4Jh2N3",
        "X_MYaUGauFwDDmrrN3xAhD",
        "2YDIlldgYFjS687Yg7qj4N",
        "r86ErfhJktT7yJcQVCVR7v",
        "rIzVXAqsa7eMVUBPnsPEUc",
        "jO1WcXcfBSFS_xP-gJ7Zqe",
        "drMm5bmZx1vavB3wHgrGEa",
        "17k4SybqHkW8ZOAxT5yeK2",
        "rI-JH-JMKhLkEPRV5u9zVc",
        "hN-yU-5_FRcQ5k6-PROsfn",
      ]
    `)
  })

  it('of events written with other schemas is as it was in the first version', () => {
    const [, prints] = samplesOf(fingerprint)
    expect(prints).toMatchInlineSnapshot(`
      [
        "5ffa8Jjrmb3xj1Yf2SGd80",
        "L8zWaHZdt-PnE_TGsoruir",
        "0JUIHcqhkEFIeSX7qR_SIL",
        "8VZkvijXRO17pbwDtm-nsm",
      ]
    `)
  })
})

it('the content hash of events is as it was in its first version', () => {
  expect(samplesOf(contentHash)).toMatchInlineSnapshot(`
    [
      [
        "795875061",
        "1181133075",
        "2358375346",
        "4096401931",
        "1895020814",
        "2940073591",
        "2835764492",
        "4282783483",
        "2832285638",
        "2246886514",
      ],
      [
        "3417175137",
        "1746049816",
        "35854963",
        "2911194130",
      ],
    ]
  `)
})

describe.each<[string, Print]>([
  ['fingerprint', fingerprint],
  ['content hash', contentHash],
])('the %s', (_name, print) => {
  const { of, withExtra, plain } = printing(print)

  it.each<[Schema, unknown]>([
    ['double', Number.NaN],
    ['double', Number.POSITIVE_INFINITY],
    ['float', Number.NEGATIVE_INFINITY],
    [{ type: 'long', logicalType: 'timestamp-micros' }, 2n ** 63n - 1n],
    [{ type: 'long', logicalType: 'timestamp-millis' }, -(2n ** 63n)],
    [{ type: 'long', logicalType: 'time-micros' }, -1n],
    [{ type: 'int', logicalType: 'date' }, 2 ** 31 - 1],
    [{ type: 'bytes', logicalType: 'decimal', precision: 4 }, Buffer.alloc(2_000, 1)],
    [['null', 'double'], branch(1, Number.NaN)],
    [{ type: 'array', items: 'double' }, [1, Number.NaN]],
  ])('tells of a field that we ignore, though %j can not show its value', (type, value) => {
    const print = withExtra(type, value)
    expect(print).not.toBe(plain)
    expect(withExtra(type, value)).toBe(print)
  })

  it.each<[string, Schema, unknown, unknown]>([
    ['int', 'int', 5, 5],
    ['long', 'long', -(2 ** 63), -(2n ** 63n)],
    ['float', 'float', 0.1, Math.fround(0.1)],
    ['double', 'double', 0.1, 0.1],
    ['boolean', 'boolean', false, false],
    ['string', 'string', 'none', 'none'],
    ['bytes', 'bytes', '\u00ff', Buffer.from([255])],
    ['fixed', { type: 'fixed', name: 'F', size: 1 }, '\u0001', Buffer.from([1])],
    ['enum', { type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'B', 'B'],
    ['time', { type: 'long', logicalType: 'timestamp-millis' }, 0, 0],
    ['array', { type: 'array', items: 'int' }, [1, 2], [1, 2]],
    ['map', { type: 'map', values: 'int' }, { b: 1, a: 2 }, { a: 2, b: 1 }],
    ['union', ['string', 'null'], 'x', branch(0, 'x')],
    [
      'record',
      {
        type: 'record',
        name: 'Place',
        fields: [
          { name: 'site', type: 'string' },
          { name: 'dock', type: 'int', default: 3 },
        ],
      },
      { site: 'A' },
      { site: 'A', dock: 3 },
    ],
  ])('has a field of type %s at its default count as missing', (_name, type, value, same) => {
    expect(withExtra(type, same, { default: value })).toBe(plain)
    expect(withExtra(type, same)).not.toBe(plain)
  })

  it('keeps null apart from a default that is another value', () => {
    const type = ['string', 'null']
    expect(withExtra(type, branch(1, null), { default: 'x' })).not.toBe(plain)
    expect(withExtra(type, branch(1, null))).toBe(plain)
  })

  it('does not change when a producer gives one of our fields a default', () => {
    const value = { ...written, flowId: '' }
    const defaulted = changed(({ fields }) => {
      for (const field of fields) if (field.name === 'flowId') field.default = ''
    })
    expect(of(defaulted, value)).toBe(of(ours, value))
    const plugin: PluginEvent = {
      id: 'a',
      name: 'n',
      time: received.time,
      args: [],
      kwargs: {},
    }
    const older = structuredClone(builtInContract().of(plugin).schema)
    older.fields = older.fields?.filter(({ name }) => name !== 'kwargs') ?? []
    const bytes = { ...plugin, time: written.time }
    expect(of(older, bytes)).toBe(of(builtInContract().of(plugin).schema, bytes))
  })

  it('is the same in a nested record with one more field at its default', () => {
    const schema = changed(({ fields }) => {
      const type = fields.find(({ name }) => name === 'entity')?.type as ComplexSchema & Fields
      type.fields.push({ name: 'grade', type: 'int', default: 1 })
    })
    expect(of(schema, { ...written, entity: { ...entity, grade: 1 } })).toBe(plain)
    expect(of(schema, { ...written, entity: { ...entity, grade: 2 } })).not.toBe(plain)
  })

  it.each(['timestamp-millis', 'timestamp-micros', 'timestamp-nanos'])(
    'is the same for a time in %s',
    (logicalType) => {
      const schema = changed(({ fields }) => {
        for (const field of fields)
          if (field.name === 'time') field.type = { type: 'long', logicalType }
      })
      const units = { 'timestamp-millis': 1_000n, 'timestamp-micros': 1n, 'timestamp-nanos': 1n }
      const micros = written.time / units[logicalType as keyof typeof units]
      const time = logicalType === 'timestamp-nanos' ? micros * 1_000n : micros
      expect(of(schema, { ...written, time })).toBe(plain)
    },
  )

  it('tells apart the values of a field that has a default', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (preset, one, other) => {
        const attributes = { default: preset }
        const isSame = withExtra('int', one, attributes) === withExtra('int', other, attributes)
        expect(isSame).toBe(one === other)
      }),
      { numRuns: 50 },
    )
  })
})
