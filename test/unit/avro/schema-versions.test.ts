import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { fingerprint } from '../../../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema, Schema, SchemaField } from '../../../src/avro/schema/schema.ts'
import { createContractType } from '../../../src/avro/types/contract-type.ts'
import { writeFrame } from '../../../src/avro/wire-format.ts'
import type { InventoryEvent } from '../../../src/event/event.ts'
import { peeked } from '../../support/peeked.ts'
import { readSamples } from '../../support/samples.ts'

const received = readSamples()[0] as Extract<InventoryEvent, { kind: 'inventory.received' }>

/** A changed copy of the schema that received events are written with. */
function changed(change: (schema: ComplexSchema & { fields: SchemaField[] }) => void) {
  const schema = JSON.parse(builtInContract().of(received).text)
  change(schema)
  return schema as Schema
}

/** What a producer with that schema would send. */
function written(schema: Schema, value: object): Buffer {
  const bytes = Buffer.alloc(100_000)
  const end = createContractType(schema).encode(value, bytes, 5)
  writeFrame(bytes, 1)
  return bytes.subarray(0, end)
}

function fieldOf(schema: ComplexSchema, name: string): SchemaField {
  return schema.fields?.find((field) => field.name === name) as SchemaField
}

const optional = { name: 'lot', type: ['null', 'string'], default: null } as SchemaField

describe('other versions of a schema', () => {
  it('reads a newer one with more optional fields, anywhere', () => {
    const schema = changed((s) => {
      s.fields.splice(0, 0, optional)
      ;(fieldOf(s, 'entity').type as ComplexSchema).fields?.unshift(optional)
    })
    const entity = { ...received.entity, lot: 'L1' }
    const bytes = written(schema, { ...received, entity, lot: 'L2' })
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    expect(writer.decode(bytes)).toStrictEqual(received)
    expect(peeked(writer, bytes)).toEqual({ name: 'inventory.received', id: received.id })
    expect(writer.decodeAsWritten(bytes)).toEqual({ ...received, entity, lot: 'L2' })
  })

  it('reads an older one without an optional field', () => {
    const schema = changed((s) => {
      const entity = fieldOf(s, 'entity').type as ComplexSchema
      entity.fields = entity.fields?.filter(({ name }) => name !== 'quantity') ?? []
    })
    const { quantity: _, ...entity } = received.entity
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    expect(writer.decode(written(schema, received))).toStrictEqual({ ...received, entity })
  })

  it('reads an unknown node type as `unknown`', () => {
    const schema = changed((s) => {
      const node = fieldOf(s, 'node').type as ComplexSchema
      ;(fieldOf(node, 'type').type as ComplexSchema).symbols?.push('truck')
    })
    const node = { ...received.node, type: 'truck' }
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    const decoded = writer.decode(written(schema, { ...received, node }))
    expect(decoded).toStrictEqual({ ...received, node: { ...node, type: 'unknown' } })
  })

  it('reads JSON values of a wider union, integers included', () => {
    const schema = changed((s) => {
      const text = JSON.stringify(s).replace(
        '"double","string",{"type":"array"',
        '"double","long","string",{"type":"array"',
      )
      Object.assign(s, JSON.parse(text))
    })
    expect(JSON.stringify(schema)).toContain('"long","string"')
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    expect(writer.unreadable).toBeUndefined()
    // The union's branch 3 is the long: 7, zigzagged to 14.
    const plain = written(schema, {
      ...received,
      entity: { ...received.entity, attributes: { a: null } },
    })
    const at = plain.indexOf(Buffer.from([2, 2, 0x61, 0, 0]))
    const bytes = Buffer.concat([
      plain.subarray(0, at + 3),
      Buffer.from([6, 14]),
      plain.subarray(at + 4),
    ])
    expect(writer.decode(bytes)).toMatchObject({ entity: { attributes: { a: 7 } } })
  })

  it('reads nullable times and millisecond times', () => {
    const schema = changed((s) => {
      fieldOf(s, 'time').type = { type: 'long', logicalType: 'timestamp-millis' }
      s.fields.push({
        name: 'expires',
        type: ['null', { type: 'long', logicalType: 'timestamp-micros' }],
        default: null,
      })
    })
    const plain = changed((s) => {
      fieldOf(s, 'time').type = 'long'
      s.fields.push({ name: 'expires', type: ['null', 'long'], default: null })
    })
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    const bytes = written(plain, {
      ...received,
      time: 1_705_314_600_250,
      expires: 1_705_314_600_000_001,
    })
    expect(writer.decode(bytes)).toStrictEqual({ ...received, time: '2024-01-15T10:30:00.250Z' })
    expect(writer.decodeAsWritten(bytes)).toMatchObject({ expires: '2024-01-15T10:30:00.000001Z' })
  })

  it('reports why it cannot read a breaking one, and still peeks', () => {
    const schema = changed((s) => {
      const entity = fieldOf(s, 'entity').type as ComplexSchema
      Object.assign(fieldOf(entity, 'quantity'), { type: 'string', default: '0' })
    })
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    const bytes = written(schema, { ...received, entity: { ...received.entity, quantity: '100' } })
    expect(writer.unreadable).toContain('cannot read')
    expect(peeked(writer, bytes)).toEqual({ name: 'inventory.received', id: received.id })
    expect(() => writer.decode(bytes)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INCOMPATIBLE' }),
    )
  })

  it('has one fingerprint for a retry with another version, and others for other content', () => {
    const schema = changed((s) => s.fields.push(optional))
    const ours = createWriterSchema(builtInContract(), builtInContract().of(received).text)
    const theirs = createWriterSchema(builtInContract(), JSON.stringify(schema))
    const print = fingerprint(ours.decodeAsWritten(encodeEvent(builtInContract(), received, 1)))
    expect(fingerprint(theirs.decodeAsWritten(written(schema, received)))).toBe(print)
    const other = written(schema, { ...received, lot: 'L1' })
    expect(fingerprint(theirs.decodeAsWritten(other))).not.toBe(print)
  })

  it('decodes once if the event has all fields of the writer, and again if not', () => {
    const schema = changed((s) => s.fields.push(optional))
    const ours = createWriterSchema(builtInContract(), builtInContract().of(received).text)
    const theirs = createWriterSchema(builtInContract(), JSON.stringify(schema))
    const bytes = encodeEvent(builtInContract(), received, 1)
    const event = ours.decode(bytes)
    expect(ours.decodeAsWritten(bytes, event)).toBe(event)
    expect(ours.decodeAsWritten(bytes)).toEqual(event)
    const other = written(schema, { ...received, lot: 'L1' })
    expect(theirs.decodeAsWritten(other, theirs.decode(other))).toMatchObject({ lot: 'L1' })
  })

  it('has different fingerprints for two kinds with the same fields', () => {
    const produced = { ...received, kind: 'inventory.produced' as const }
    const prints = [received, produced].map((event) => {
      const writer = createWriterSchema(builtInContract(), builtInContract().of(event).text)
      return fingerprint(writer.decodeAsWritten(encodeEvent(builtInContract(), event, 1)))
    })
    expect(prints[0]).not.toBe(prints[1])
  })

  it('knows its own schemas by their full name only', () => {
    const schema = changed((s) => {
      s.namespace = 'elsewhere'
    })
    expect(
      createWriterSchema(builtInContract(), JSON.stringify(schema)).peek(written(schema, received))
        .name,
    ).toBeUndefined()
    expect(builtInContract().ofRecord('elsewhere.InventoryReceived')).toBeUndefined()
  })
})
