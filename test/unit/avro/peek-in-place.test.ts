import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../../src/avro/wire-format.ts'
import { event } from '../../support/arbitraries.ts'

const around = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))

it('an event is peeked at among other bytes as it is by itself', () => {
  fc.assert(
    fc.property(event, around, around, (written, before, after) => {
      const schema = createWriterSchema(builtInContract(), builtInContract().of(written).text)
      const value = encodeEvent(builtInContract(), written, 7)
      const bytes = Buffer.concat([before, value, after])
      const [start, end] = [before.length, before.length + value.length]
      expect(schemaIdOf(bytes, start, end)).toBe(7)
      const { name } = schema.peek(value)
      const peeked = schema.peek(bytes, start, end)
      expect(peeked.name).toBe(name)
      const id = peeked.id!
      expect(bytes.toString('utf8', id.start, id.end)).toBe(written.id)
    }),
  )
})

it('what is cut off is not completed by the bytes that follow', () => {
  fc.assert(
    fc.property(event, (written) => {
      const schema = createWriterSchema(builtInContract(), builtInContract().of(written).text)
      const value = encodeEvent(builtInContract(), written, 7)
      const { id } = schema.peek(value)
      expect(() => schema.peek(value, 0, id!.end - 1)).toThrow('truncated')
      expect(() => schemaIdOf(value, 0, 4)).toThrow('of 5 bytes, got 4')
    }),
  )
})
