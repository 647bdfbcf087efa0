import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTap, forSchema } from '../../../../src/avro/types/avsc.ts'
import { readKey } from '../../../../src/avro/types/map-key-cache.ts'

const text = forSchema('string', {}) as unknown as { toBuffer(value: string): Buffer }
const tap = createTap()

function read(bytes: Buffer) {
  tap.buf = bytes
  tap.pos = 0
  return { key: readKey(tap), pos: tap.pos }
}

function readString(bytes: Buffer) {
  tap.buf = bytes
  tap.pos = 0
  return { key: tap.readString(), pos: tap.pos }
}

it('reads the same as the string reader, also repeatedly', () => {
  const keys = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 60 })
  fc.assert(
    fc.property(keys, (all) => {
      for (const key of [...all, ...all]) {
        const bytes = text.toBuffer(key)
        expect(read(bytes)).toEqual({ key, pos: bytes.length })
      }
    }),
  )
})

it('distinguishes keys with the same hash', () => {
  for (const key of ['aXbYc', 'aZbWc', 'aXbYc']) expect(read(text.toBuffer(key)).key).toBe(key)
})

it('keeps no view of the bytes', () => {
  const bytes = text.toBuffer('quantity')
  expect(read(bytes).key).toBe('quantity')
  bytes.fill(0)
  expect(read(text.toBuffer('quantity')).key).toBe('quantity')
})

it.each([Buffer.from([0x10, 0x61]), Buffer.from([0x01]), Buffer.from([])])(
  'treats %j, which is cut off, as any string',
  (bytes) => expect(read(bytes)).toEqual(readString(bytes)),
)
