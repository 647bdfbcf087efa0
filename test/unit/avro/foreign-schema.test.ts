import { describe, expect, it } from 'vitest'
import { forSchema } from '../../../src/avro/binary/avsc.ts'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { writeFrame } from '../../../src/avro/wire-format.ts'
import { peeked } from '../../support/peeked.ts'

const hints = { name: 'order.status.changed', id: 'ce-1', time: '2024-01-15T10:30:00Z' }

function framed(schema: object, value: unknown): Buffer {
  const bytes = Buffer.alloc(10_000)
  const end = forSchema(schema, { wrapUnions: true }).encode(value, bytes, 5)
  writeFrame(bytes, 1)
  return bytes.subarray(0, end)
}

const order = {
  type: 'record',
  name: 'orders.OrderStatusChanged',
  fields: [
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'id', type: 'string' },
    { name: 'total', type: ['null', 'long', 'double'] },
    { name: 'big', type: 'long' },
    { name: 'note', type: ['null', 'string'] },
    { name: 'proof', type: 'bytes' },
    { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 2 } },
    { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['NEW', 'DONE'] } },
  ],
}

const value = {
  tags: ['a', 'b'],
  id: 'ord-1',
  total: { long: 5 },
  big: 2 ** 52,
  note: null,
  proof: Buffer.from('hi'),
  hash: Buffer.from([1, 2]),
  status: 'DONE',
}

describe('a schema outside the contract', () => {
  it('decodes to an event of the kind in the headers', () => {
    const schema = createWriterSchema(JSON.stringify(order))
    const bytes = framed(order, value)
    expect(schema.fullName).toBe('orders.OrderStatusChanged')
    expect(schema.unreadable).toBeUndefined()
    expect(peeked(schema, bytes)).toEqual({ name: undefined, id: 'ord-1' })
    expect(schema.decode(bytes, hints)).toStrictEqual({
      tags: ['a', 'b'],
      id: 'ord-1',
      total: 5,
      big: 2 ** 52,
      proof: 'aGk=',
      hash: 'AQI=',
      status: 'DONE',
      kind: 'order.status.changed',
      time: '2024-01-15T10:30:00Z',
    })
    expect(schema.decodeAsWritten(bytes)).toMatchObject({ record: 'orders.OrderStatusChanged' })
  })

  it('reads longs beyond a safe integer as digits', () => {
    const schema = { type: 'record', name: 'Big', fields: [{ name: 'n', type: 'long' }] }
    const bytes = Buffer.from([
      0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
    ])
    const writer = createWriterSchema(JSON.stringify(schema))
    expect(writer.decode(bytes, hints)).toMatchObject({ n: '-9223372036854775808' })
  })

  it('uses the id of the headers if the payload has none', () => {
    const schema = { type: 'record', name: 'Ping', fields: [{ name: 'id', type: 'int' }] }
    const writer = createWriterSchema(JSON.stringify(schema))
    const bytes = framed(schema, { id: 7 })
    expect(peeked(writer, bytes)).toEqual({ name: undefined, id: undefined })
    expect(writer.decode(bytes, hints).id).toBe('ce-1')
  })

  it.each(['id', 'type', 'time'])('reports that header ce_%s is missing', (what) => {
    const schema = { type: 'record', name: 'Ping', fields: [] }
    const without = { ...hints, [what === 'type' ? 'name' : what]: undefined }
    const writer = createWriterSchema(JSON.stringify(schema))
    expect(() => writer.decode(framed(schema, {}), without)).toThrow(`header ce_${what} is missing`)
  })

  it.each([
    ['"string"', 'the schema is not an Avro record'],
    ['["null"]', 'the schema is not an Avro record'],
    ['{"type":"enum","name":"E","symbols":["A"]}', 'the schema is not an Avro record'],
    ['{', 'the schema is not JSON'],
    ['{"type":"record","name":"R","fields":[{"name":"a","type":"Missing"}]}', 'Missing'],
    [
      '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}',
      'two fields of one name',
    ],
  ])('rejects %s', (text, why) => {
    expect(() => createWriterSchema(text)).toThrow(why)
  })
})
