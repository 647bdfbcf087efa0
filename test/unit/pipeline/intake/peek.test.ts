import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { contractSchemaOf } from '../../../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../../../src/avro/wire-format.ts'
import type { Event } from '../../../../src/event/event.ts'
import { nameOf } from '../../../../src/event/guards.ts'
import type { RecordHeaders } from '../../../../src/event/record.ts'
import { createPeek } from '../../../../src/pipeline/intake/peek.ts'
import { event } from '../../../support/arbitraries.ts'
import { readSamples } from '../../../support/samples.ts'

const [sample] = readSamples() as [ReturnType<typeof readSamples>[0]]

/** Whether the headers are found to say other than the event. */
function lie(headers: RecordHeaders, written: Event = sample): boolean {
  const schema = createWriterSchema(contractSchemaOf(written).text)
  const peek = createPeek({ schemaIdOf, schemas: { lookup: () => ({ type: 'ready', schema }) } })
  const value = encodeEvent(written, 1)
  const place = { topic: 'events', partition: 0, offset: 0, timestampMs: 0, key: null }
  const peeked = peek({ ...place, value, headers })
  if (peeked.type !== 'event') throw new Error(peeked.type)
  return peeked.headersDiffer
}

it('believes headers that say what the event says, however they are given', () => {
  fc.assert(
    fc.property(event, (written) => {
      const [id, name] = [written.id, String(nameOf(written))]
      expect(lie({ ce_id: Buffer.from(id), ce_type: Buffer.from(name) }, written)).toBe(false)
      expect(lie({ ce_id: id, ce_type: name }, written)).toBe(false)
      expect(lie({ ce_id: ['other', Buffer.from(id)] }, written)).toBe(false)
    }),
  )
})

it('finds an id that is another one', () => {
  fc.assert(
    fc.property(event, fc.string({ unit: 'grapheme' }), (written, other) => {
      const isOther = other !== written.id
      expect(lie({ ce_id: Buffer.from(other) }, written)).toBe(isOther)
      expect(lie({ ce_id: other }, written)).toBe(isOther)
    }),
  )
})

it.each([
  ['a shorter one', sample.id.slice(0, -1)],
  ['a longer one', `${sample.id}x`],
  ['one of the same length', `${sample.id.slice(0, -1)}x`],
  ['none at all', ''],
])('finds %s', (_what, id) => {
  expect(lie({ ce_id: Buffer.from(id) })).toBe(true)
  expect(lie({ ce_id: id })).toBe(true)
})

it('compares texts where bytes are none', () => {
  const broken = { ...sample, id: 'id-\u{fffd}' }
  expect(lie({ ce_id: Buffer.from([...Buffer.from('id-'), 0xff]) }, broken)).toBe(false)
})

it('says nothing of headers that are not there', () => {
  expect(lie({})).toBe(false)
})
