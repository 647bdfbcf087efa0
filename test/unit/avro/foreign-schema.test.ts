import { describe, expect, it } from 'vitest'
import { forSchema } from '../../../src/avro/binary/avsc.ts'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { writeFrame } from '../../../src/avro/wire-format.ts'
import { valueAt } from '../../../src/event/path.ts'
import { framed as framedBytes } from '../../support/avro-bytes.ts'
import { peeked } from '../../support/peeked.ts'

const hints = { name: 'order.status.changed', id: 'ce-1', time: '2024-01-15T10:30:00Z' }

function framed(schema: object, value: unknown): Buffer {
  const bytes = Buffer.alloc(10_000)
  const end = forSchema(schema, { wrapUnions: true }).encode(value, bytes, 5)
  writeFrame(bytes, 1)
  return bytes.subarray(0, end)
}

const logical = (logicalType: string) => ({ type: 'long', logicalType })

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
    const schema = createWriterSchema(builtInContract(), JSON.stringify(order))
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
      payload: {
        tags: ['a', 'b'],
        id: 'ord-1',
        total: 5,
        big: 2 ** 52,
        proof: 'aGk=',
        hash: 'AQI=',
        status: 'DONE',
      },
    })
    expect(schema.decodeAsWritten(bytes)).toMatchObject({ record: 'orders.OrderStatusChanged' })
  })

  it('reads longs beyond a safe integer as digits', () => {
    const schema = { type: 'record', name: 'Big', fields: [{ name: 'n', type: 'long' }] }
    const bytes = Buffer.from([
      0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
    ])
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    expect(writer.decode(bytes, hints)).toMatchObject({ n: '-9223372036854775808' })
  })

  it('uses the id of the headers if the payload has none', () => {
    const schema = { type: 'record', name: 'Ping', fields: [{ name: 'id', type: 'int' }] }
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    const bytes = framed(schema, { id: 7 })
    expect(peeked(writer, bytes)).toEqual({ name: undefined, id: undefined })
    expect(writer.decode(bytes, hints).id).toBe('ce-1')
  })

  it.each<[string, unknown, unknown, string]>([
    ['text that is no time', 'string', 'yesterday', hints.time],
    ['a number', 'int', 7, hints.time],
    ['a local time', logical('local-timestamp-millis'), 1_705_314_600_000, hints.time],
    ['a time of another offset', 'string', '2024-01-15T12:30:00+02:00', '2024-01-15T10:30:00Z'],
    ['a finer time', logical('timestamp-nanos'), 1_705_314_600_000_000_001n, hints.time],
    ['a timestamp', logical('timestamp-millis'), 1_705_314_600_250, '2024-01-15T10:30:00.250Z'],
  ])('has a valid time where the payload has %s', (_name, type, time, expected) => {
    const schema = { type: 'record', name: 'R', fields: [{ name: 'time', type }] }
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    const bytes = framedBytes(schema, { time })
    const decoded = writer.decode(bytes, hints)
    expect(decoded.time).toBe(expected)
    const slots: unknown[] = []
    writer.projection([['time'], ['payload', 'time']])(bytes, slots, hints)
    expect(slots).toEqual([expected, valueAt(decoded, ['payload', 'time'])])
  })

  it('keeps what the payload has under the names of the envelope', () => {
    const fields = [
      { name: 'id', type: 'int' },
      { name: 'kind', type: 'string' },
      { name: 'time', type: 'string' },
      { name: 'payload', type: 'string' },
    ]
    const schema = { type: 'record', name: 'R', fields }
    const value = { id: 7, kind: 'scale', time: 'yesterday', payload: 'p' }
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    const bytes = framedBytes(schema, value)
    const { name: kind, ...envelope } = hints
    const event = { ...envelope, kind, payload: value }
    expect(writer.decode(bytes, hints)).toStrictEqual(event)
    const slots: unknown[] = []
    const paths = [
      ['id'],
      ['kind'],
      ['time'],
      ['payload'],
      ['payload', 'id'],
      ['payload', 'payload'],
    ]
    writer.projection(paths)(bytes, slots, hints)
    expect(slots).toEqual(['ce-1', kind, hints.time, {}, 7, 'p'])
  })

  it.each(['id', 'type', 'time'])('reports that header ce_%s is missing', (what) => {
    const schema = { type: 'record', name: 'Ping', fields: [] }
    const without = { ...hints, [what === 'type' ? 'name' : what]: undefined }
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
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
    expect(() => createWriterSchema(builtInContract(), text)).toThrow(why)
  })
})
