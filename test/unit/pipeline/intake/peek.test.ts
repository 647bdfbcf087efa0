import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../../../src/avro/wire-format.ts'
import type { Event } from '../../../../src/event/event.ts'
import { nameOf } from '../../../../src/event/guards.ts'
import { HeaderList, type HeadersByName, headersOf } from '../../../../src/event/headers.ts'
import { createPeek, headersDiffer } from '../../../../src/pipeline/intake/peek.ts'
import { event } from '../../../support/arbitraries.ts'
import { readSamples } from '../../../support/samples.ts'

const [sample] = readSamples() as [ReturnType<typeof readSamples>[0]]

/** Whether the headers are found to differ from the event. */
function differ(headers: HeadersByName | HeaderList, written: Event = sample): boolean {
  const schema = createWriterSchema(builtInContract(), builtInContract().of(written).text)
  const peek = createPeek({ schemaIdOf, schemas: { lookup: () => ({ type: 'ready', schema }) } })
  const value = encodeEvent(builtInContract(), written, 1)
  const place = { topic: 'events', partition: 0, offset: 0, timestampMs: 0, key: null }
  const list = headers instanceof HeaderList ? headers : headersOf(headers)
  const record = { ...place, value, headers: list }
  const peeked = peek(record)
  if (peeked.type !== 'event') throw new Error(peeked.type)
  return headersDiffer(record, peeked, true)
}

/** Headers of one name. */
const ids = (...values: (Buffer | string | null)[]) =>
  new HeaderList(values.map((value) => ({ name: 'ce_id', value })))

it('accepts headers that match the event, in any representation', () => {
  fc.assert(
    fc.property(event, (written) => {
      const [id, name] = [written.id, String(nameOf(written))]
      expect(differ({ ce_id: Buffer.from(id), ce_type: Buffer.from(name) }, written)).toBe(false)
      expect(differ({ ce_id: id, ce_type: name }, written)).toBe(false)
      expect(differ(ids('other', Buffer.from(id)), written)).toBe(false)
    }),
  )
})

it('detects a different id', () => {
  fc.assert(
    fc.property(event, fc.string({ unit: 'grapheme' }), (written, other) => {
      const isOther = other !== written.id
      expect(differ({ ce_id: Buffer.from(other) }, written)).toBe(isOther)
      expect(differ({ ce_id: other }, written)).toBe(isOther)
    }),
  )
})

it.each([
  ['a shorter one', sample.id.slice(0, -1)],
  ['a longer one', `${sample.id}x`],
  ['one of the same length', `${sample.id.slice(0, -1)}x`],
  ['none at all', ''],
])('detects %s', (_what, id) => {
  expect(differ({ ce_id: Buffer.from(id) })).toBe(true)
  expect(differ({ ce_id: id })).toBe(true)
})

it('compares text headers', () => {
  const broken = { ...sample, id: 'id-\u{fffd}' }
  expect(differ({ ce_id: Buffer.from([...Buffer.from('id-'), 0xff]) }, broken)).toBe(false)
})

it('ignores headers without a value', () => {
  const id = Buffer.from(sample.id)
  expect(differ({ ce_id: null, ce_type: null })).toBe(false)
  expect(differ(ids(id, null))).toBe(false)
  expect(differ(ids(null, id))).toBe(false)
})

it('ignores missing headers', () => {
  expect(differ({})).toBe(false)
})
