import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readAnyHeaderName } from '../../../../src/kafka/patches/record-headers.ts'

const require = createRequire(import.meta.url)
const Decoder = require('kafkajs/src/protocol/decoder')
const Encoder = require('kafkajs/src/protocol/encoder')
const decodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/decoder')

type List = [name: string, value: Buffer | null][]

/** The headers that kafkajs reads of a record with these, in this order. */
function headersRead(list: List): Record<string, unknown> {
  const record = new Encoder()
    .writeInt8(0)
    .writeVarLong(0)
    .writeVarInt(0)
    .writeVarIntBytes(null)
    .writeVarIntBytes(null)
    .writeVarIntArray(
      list.map(([name, value]) => new Encoder().writeVarIntString(name).writeVarIntBytes(value)),
    )
  const context = { firstOffset: '0', firstTimestamp: '0' }
  return decodeRecord(new Decoder(record.buffer), context).headers
}

const names = fc.constantFrom('ce_id', '', 'ä', '__proto__', 'constructor', 'toString', 'length')
const values = fc.option(fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)))

it('reads headers of any name, in their order, and nothing that is inherited', () => {
  readAnyHeaderName()
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values)), (list) => {
      const expected = new Map<string, (Buffer | null)[]>()
      for (const [name, value] of list) expected.set(name, [...(expected.get(name) ?? []), value])
      const read = headersRead(list)
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
      expect(new Map(Object.entries(read).map(([name, all]) => [name, [all].flat()]))).toEqual(
        expected,
      )
    }),
  )
})

it('reads many headers of one name and of many', () => {
  readAnyHeaderName()
  const list: List = Array.from({ length: 24_000 }, (_, i) => [`${i % 12_000}`, Buffer.from('v')])
  expect(Object.keys(headersRead(list))).toHaveLength(12_000)
  expect(headersRead(list.map(([, value]) => ['one', value]))).toMatchObject({
    one: { length: 24_000 },
  })
})
