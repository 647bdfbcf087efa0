import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema, Schema, SchemaField } from '../../../src/avro/schema/schema.ts'
import type { InventoryEvent } from '../../../src/event/event.ts'
import { branch, framed } from '../../support/avro-bytes.ts'
import { peeked } from '../../support/peeked.ts'
import { readSamples } from '../../support/samples.ts'

const received = readSamples()[0] as Extract<InventoryEvent, { kind: 'inventory.received' }>
const { attributes: _, ...entity } = received.entity
const event = { ...received, entity }
const written = { ...event, time: 1_705_314_600_000_000n }
const ours = builtInContract().of(received).schema

type Change = (schema: ComplexSchema & { fields: SchemaField[] }) => unknown

function changed(change: Change): Schema {
  const schema = structuredClone(ours)
  change(schema as Parameters<Change>[0])
  return schema
}

function fieldOf(schema: ComplexSchema, name: string): SchemaField {
  return schema.fields?.find((field) => field.name === name) as SchemaField
}

const writerOf = (schema: Schema) => createWriterSchema(builtInContract(), JSON.stringify(schema))

describe('schemas of other producers, read by the rules of Avro', () => {
  it.each<[string, Change, object]>([
    [
      'a nested record in another namespace',
      (s) => Object.assign(fieldOf(s, 'entity').type, { namespace: 'com.acme' }),
      written,
    ],
    [
      'a nested enum in another namespace',
      (s) =>
        Object.assign(fieldOf(fieldOf(s, 'node').type as ComplexSchema, 'type').type, {
          name: 'org.acme.NodeType',
        }),
      written,
    ],
    [
      'a union with null where we have a plain field',
      (s) => Object.assign(fieldOf(s, 'flowId'), { type: ['null', 'string'], default: null }),
      written,
    ],
    [
      'a plain field where we have a union with null',
      (s) =>
        Object.assign(fieldOf(fieldOf(s, 'entity').type as ComplexSchema, 'quantity'), {
          type: 'double',
        }),
      written,
    ],
    [
      'a union in another order, with other branches',
      (s) =>
        Object.assign(fieldOf(fieldOf(s, 'entity').type as ComplexSchema, 'quantity'), {
          type: ['string', 'float', 'null'],
        }),
      { ...written, entity: { ...entity, quantity: branch(1, entity.quantity) } },
    ],
    [
      'an integer where we have a double',
      (s) =>
        Object.assign(fieldOf(fieldOf(s, 'entity').type as ComplexSchema, 'quantity'), {
          type: ['null', 'long'],
        }),
      written,
    ],
    [
      'bytes where we have a string',
      (s) => Object.assign(fieldOf(s, 'flowId'), { type: 'bytes' }),
      written,
    ],
    [
      'fields of the names that JavaScript objects have',
      (s) =>
        s.fields.unshift(
          { name: 'constructor', type: 'string' },
          { name: '__proto__', type: 'string' },
        ),
      Object.defineProperty({ ...written, constructor: 'c' }, '__proto__', { value: 'p' }),
    ],
  ])('reads %s', (_name, change, value) => {
    const schema = changed(change)
    const writer = writerOf(schema)
    const bytes = framed(schema, value)
    expect(writer.unreadable).toBeUndefined()
    expect(peeked(writer, bytes)).toEqual({ name: 'inventory.received', id: received.id })
    expect(writer.decode(bytes)).toStrictEqual(event)
    const slots: unknown[] = []
    writer.projection([['entity', 'quantity'], ['flowId']])(bytes, slots)
    expect(slots).toEqual([entity.quantity, received.flowId])
  })

  it.each<[string, Change, object]>([
    [
      'flowId: cannot read null as string',
      (s) => Object.assign(fieldOf(s, 'flowId'), { type: ['null', 'string'] }),
      { ...written, flowId: null },
    ],
    [
      'entity.quantity: cannot read string as null or double',
      (s) =>
        Object.assign(fieldOf(fieldOf(s, 'entity').type as ComplexSchema, 'quantity'), {
          type: ['null', 'string'],
        }),
      { ...written, entity: { ...entity, quantity: '100' } },
    ],
    [
      'entity.quantity: no number is exactly 9007199254740993',
      (s) =>
        Object.assign(fieldOf(fieldOf(s, 'entity').type as ComplexSchema, 'quantity'), {
          type: ['null', 'long'],
        }),
      { ...written, entity: { ...entity, quantity: 9_007_199_254_740_993n } },
    ],
  ])('calls a single value undecodable: %s', (why, change, value) => {
    const schema = changed(change)
    const writer = writerOf(schema)
    expect(writer.unreadable).toBeUndefined()
    expect(() => writer.decode(framed(schema, value))).toThrow(
      expect.objectContaining({
        code: 'RECORD_UNDECODABLE',
        message: `its bytes do not fit its schema: ${why}`,
      }),
    )
  })

  it.each<[string, Change]>([
    [
      'flowId: cannot read double as string',
      (s) => Object.assign(fieldOf(s, 'flowId'), { type: 'double' }),
    ],
    [
      'entity: cannot read record other.Thing as record inventory_events.Entity',
      (s) => Object.assign(fieldOf(s, 'entity').type, { name: 'other.Thing' }),
    ],
    [
      'flowId: it is missing, and has no default',
      (s) =>
        s.fields.splice(
          s.fields.findIndex(({ name }) => name === 'flowId'),
          1,
        ),
    ],
    [
      'time: cannot read long (local-timestamp-millis) as timestamp-micros',
      (s) => Object.assign(fieldOf(s, 'time').type, { logicalType: 'local-timestamp-millis' }),
    ],
  ])('says what no value can be read of: %s', (why, change) => {
    expect(writerOf(changed(change)).unreadable).toBe(why)
  })

  it('keeps a field of any name in a record that is not of the contract', () => {
    const fields = ['constructor', '__proto__', 'toString', 'a-b', '1', ''].map((name) => ({
      name,
      type: 'string',
    }))
    const schema = { type: 'record', name: 'acme.Odd', fields }
    const value = JSON.parse(
      '{"constructor":"c","__proto__":"p","toString":"t","a-b":"d","1":"o","":"e"}',
    )
    const hints = { name: 'acme.odd', id: 'ce-1', time: '2024-01-15T10:30:00Z' }
    const decoded = createWriterSchema(builtInContract(), JSON.stringify(schema)).decode(
      framed(schema, value),
      hints,
    )
    expect(JSON.parse(JSON.stringify(decoded))).toMatchObject(value)
    expect(Object.hasOwn(decoded, '__proto__')).toBe(true)
  })
})

describe('writer schemas that need not be right to be read', () => {
  const long = (attributes: object) => ({ name: 'extra', type: 'long', ...attributes })
  it.each<[string, object]>([
    ['a default that JavaScript rounds', long({ default: -(2 ** 63) })],
    ['a default of another type', long({ default: 'none' })],
    ['a null default of a plain field', long({ default: null })],
    ['unknown attributes', long({ order: 'sideways', aliases: ['1', 2], doc: 7, 'x-y': [] })],
    ['an unknown logical type', { name: 'extra', type: { type: 'long', logicalType: 'money' } }],
    [
      'a logical type on another type',
      { name: 'extra', type: { type: 'long', logicalType: 'uuid' } },
    ],
    ['a type around a type', { name: 'extra', type: { type: { type: 'long' } } }],
    [
      'a default of a union that is of its second branch',
      { name: 'extra', type: ['null', 'long'], default: 1 },
    ],
    ['a name that is no name', { name: '9-lives!', type: 'long' }],
    ['a union with one branch twice', { name: 'extra', type: ['long', 'long'] }],
  ])('reads a schema with %s', (_name, field) => {
    const schema = changed((s) => s.fields.unshift(field as SchemaField))
    const value = { ...written, [(field as SchemaField).name]: 7 }
    const writer = writerOf(schema)
    const bytes = framed(schema, value)
    expect(writer.decode(bytes)).toStrictEqual(event)
    expect(writer.decodeAsWritten(bytes)).toMatchObject({ id: received.id })
  })

  it.each<[string, object, unknown]>([
    [
      'an enum default that is no symbol',
      { type: 'enum', name: 'E', symbols: ['A'], default: 'B' },
      'A',
    ],
    ['symbols that are no names', { type: 'enum', name: 'E', symbols: ['in stock', '1'] }, '1'],
    ['an odd name', { type: 'fixed', name: 'my-hash', size: 2 }, Buffer.from('hi')],
    [
      'a record that is its own default',
      { type: 'record', name: 'L', fields: [{ name: 'next', type: ['null', 'L'], default: {} }] },
      { next: null },
    ],
  ])('reads a type with %s', (_name, type, value) => {
    const schema = changed((s) => s.fields.push({ name: 'extra', type: type as Schema }))
    const bytes = framed(schema, { ...written, extra: value })
    expect(writerOf(schema).decode(bytes)).toStrictEqual(event)
    expect(writerOf(schema).decodeAsWritten(bytes)).toHaveProperty('extra')
  })

  it.each([
    [{ name: 'x', type: { type: 'array' } }, 'x: a type is missing'],
    [{ name: 'x', type: { type: 'fixed', name: 'F', size: -1 } }, 'x: fixed F has no size'],
    [{ name: 'x', type: { type: 'enum', name: 'E' } }, 'x: enum E has no symbols'],
    [
      { name: 'x', type: { type: 'bytes', logicalType: 'decimal', scale: 1e9 } },
      'scale 1000000000',
    ],
    [{ type: 'string' }, 'a field has no name'],
  ])('says what it needs: %j', (field, why) => {
    const schema = { type: 'record', name: 'R', fields: [field] }
    expect(() => createWriterSchema(builtInContract(), JSON.stringify(schema))).toThrow(why)
  })
})
