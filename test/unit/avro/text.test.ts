import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import type { Event } from '../../../src/event/event.ts'
import { valueAt } from '../../../src/event/path.ts'
import { framed } from '../../support/avro-bytes.ts'
import { readSamples } from '../../support/samples.ts'

const hints = { name: 'acme.weighed', id: 'ce-1', time: '2024-01-15T10:30:00Z' }
const latin1 = Buffer.from('LOT-M\xfcller', 'latin1')

/** The bytes of an event in which a marker of the same length is put in its place. */
function withBytes(event: Event, marker: string, bytes: Buffer): Buffer {
  const value = encodeEvent(builtInContract(), event, 1)
  const at = value.indexOf(marker)
  expect(at).toBeGreaterThan(0)
  bytes.copy(value, at)
  return value
}

const marker = 'LOT-Muller'
const [received] = readSamples() as [Event & { entity: object }]
const bare = { ...received, entity: { id: 'e', name: 'n', productId: 'p' } }

describe('text that is not UTF-8', () => {
  it.each([
    ['id', { ...received, id: marker }],
    ['entity.id', { ...bare, entity: { ...bare.entity, id: marker } }],
    ['entity.attributes.lot', { ...bare, entity: { ...bare.entity, attributes: { lot: marker } } }],
    [
      'entity.attributes.lots[1].a',
      { ...bare, entity: { ...bare.entity, attributes: { lots: ['', { a: marker }] } } },
    ],
    ['node.name', { ...received, node: { id: 'n', name: marker, type: 'stage' } }],
  ])('is undecodable at %s', (path, event) => {
    const schema = createWriterSchema(builtInContract(), builtInContract().of(event as Event).text)
    const bytes = withBytes(event as Event, marker, latin1)
    const error = expect.objectContaining({
      code: 'RECORD_UNDECODABLE',
      message: `its bytes do not fit its schema: ${path}: expected text in UTF-8`,
    })
    expect(() => schema.decode(bytes)).toThrow(error)
    expect(() => schema.decodeAsWritten(bytes)).toThrow(error)
  })

  it('is undecodable as the key of a map', () => {
    const attributes = { [marker]: 1 }
    const event = { ...bare, entity: { ...bare.entity, attributes } } as Event
    const schema = createWriterSchema(builtInContract(), builtInContract().of(event).text)
    const bytes = withBytes(event, marker, latin1)
    expect(() => schema.decode(bytes)).toThrow('entity.attributes["*"]: expected text in UTF-8')
    // Nor is it remembered as another key.
    expect(() => schema.decode(bytes)).toThrow('expected text in UTF-8')
  })

  it('is undecodable as the name of a plugin event', () => {
    const event = { id: 'a', name: marker, time: '2024-01-15T10:30:00Z', args: [], kwargs: {} }
    const schema = createWriterSchema(builtInContract(), builtInContract().of(event).text)
    expect(() => schema.peek(withBytes(event, marker, latin1))).toThrow('expected text in UTF-8')
  })

  it('is undecodable in a record that is not of the contract, and in a field that we ignore', () => {
    const foreign = { type: 'record', name: 'R', fields: [{ name: 'lot', type: 'string' }] }
    const schema = createWriterSchema(builtInContract(), JSON.stringify(foreign))
    expect(() => schema.decode(framed(foreign, { lot: latin1 }), hints)).toThrow('lot: expected')
    const newer = structuredClone(builtInContract().of(received).schema)
    newer.fields?.push({ name: 'lot', type: 'string', default: '' })
    const writer = createWriterSchema(builtInContract(), JSON.stringify(newer))
    const bytes = Buffer.concat([
      encodeEvent(builtInContract(), received, 1),
      Buffer.from([20]),
      latin1,
    ])
    expect(() => writer.decodeAsWritten(bytes, writer.decode(bytes))).toThrow('lot: expected')
  })

  it('is told from a replacement character that is there', () => {
    const event = { ...received, id: 'a\ufffdb' }
    const schema = createWriterSchema(builtInContract(), builtInContract().of(event).text)
    expect(schema.decode(encodeEvent(builtInContract(), event, 1))).toStrictEqual(event)
  })

  it('never makes one text of two', () => {
    const schema = { type: 'record', name: 'R', fields: [{ name: 'lot', type: 'string' }] }
    const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (array) => {
        const bytes = Buffer.from(array)
        let lot: unknown
        try {
          lot = valueAt(writer.decode(framed(schema, { lot: bytes }), hints), ['lot'])
        } catch {
          return
        }
        expect(Buffer.from(lot as string).equals(bytes)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
