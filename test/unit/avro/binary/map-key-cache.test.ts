import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { createTap, forSchema } from '../../../../src/avro/binary/avsc.ts'
import { startDecoding } from '../../../../src/avro/binary/decode-limits.ts'
import { readKey } from '../../../../src/avro/binary/map-key-cache.ts'
import { readText } from '../../../../src/avro/binary/text.ts'

const text = forSchema('string', {}) as unknown as { toBuffer(value: string): Buffer }
const tap = createTap()
beforeEach(() => startDecoding(1_000_000))

function read(bytes: Buffer) {
  tap.buf = bytes
  tap.pos = 0
  return { key: readKey(tap), pos: tap.pos }
}

function readString(bytes: Buffer) {
  tap.buf = bytes
  tap.pos = 0
  return { key: readText(tap), pos: tap.pos }
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
  'refuses %j, which is cut off, as any string',
  (bytes) => {
    expect(() => read(bytes)).toThrow('truncated')
    expect(() => readString(bytes)).toThrow('truncated')
  },
)
