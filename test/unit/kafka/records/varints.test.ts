import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CorruptRecords, VarintCursor } from '../../../../src/kafka/records/varints.ts'
import { varint } from '../../../support/record-batches.ts'

function cursorOn(bytes: Buffer): VarintCursor {
  const cursor = new VarintCursor()
  cursor.bytes = bytes
  return cursor
}

it('reads integers of 32 bits, one after the other', () => {
  const ints = fc.array(fc.integer(), { minLength: 1 })
  fc.assert(
    fc.property(ints, (values) => {
      const cursor = cursorOn(Buffer.concat(values.map(varint)))
      expect(values.map(() => cursor.int())).toEqual(values)
      expect(cursor.at).toBe(cursor.bytes.length)
    }),
  )
})

it('reads integers of 64 bits, rounded beyond 2^53', () => {
  fc.assert(
    fc.property(fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (value) => {
      const cursor = cursorOn(varint(value))
      expect(cursor.long()).toBe(Number(value))
      expect(cursor.at).toBe(cursor.bytes.length)
    }),
  )
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['a varint that is cut off', Buffer.from([0x80, 0x80])],
  ['a varint that is too long', Buffer.alloc(11, 0x80)],
])('rejects %s', (_, bytes) => {
  expect(() => cursorOn(bytes).int()).toThrow(CorruptRecords)
  expect(() => cursorOn(bytes).long()).toThrow(CorruptRecords)
})
