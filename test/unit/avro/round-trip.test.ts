import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { canonicalJson } from '../../../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../../src/avro/wire-format.ts'
import type { Event } from '../../../src/event/event.ts'
import { nameOf } from '../../../src/event/guards.ts'
import type { JsonValue } from '../../../src/event/json.ts'
import { event, inventoryEvent, pluginEvent, unknownEvent } from '../../support/arbitraries.ts'
import { peeked } from '../../support/peeked.ts'
import { readSamples } from '../../support/samples.ts'

const schemaOf = (written: Event) =>
  createWriterSchema(builtInContract(), builtInContract().of(written).text)
const text = (value: unknown) => canonicalJson(value as JsonValue)

describe('JSON to Avro to JSON', () => {
  it.each(readSamples())('gives back the published $kind', (sample) => {
    const decoded = schemaOf(sample).decode(encodeEvent(builtInContract(), sample, 1))
    expect(decoded).toStrictEqual(sample)
  })

  it.each([
    ['inventory', inventoryEvent],
    ['plugin', pluginEvent],
    ['unknown', unknownEvent],
  ] as const)('gives back every valid %s event', (_family, arbitrary) => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<Event>, (written) => {
        const decoded = schemaOf(written).decode(encodeEvent(builtInContract(), written, 1))
        expect(text(decoded)).toBe(text(written))
      }),
      { numRuns: 300 },
    )
  })

  it('peeks the same name and id as decoding', () => {
    fc.assert(
      fc.property(event, (written) => {
        const schema = schemaOf(written)
        const bytes = encodeEvent(builtInContract(), written, 1)
        expect(peeked(schema, bytes)).toEqual({ name: nameOf(written), id: written.id })
      }),
    )
  })

  it('decodes as written the same as the event', () => {
    fc.assert(
      fc.property(event, (written) => {
        const asWritten = schemaOf(written).decodeAsWritten(
          encodeEvent(builtInContract(), written, 1),
        )
        expect(text(asWritten)).toBe(text(written))
      }),
    )
  })

  it('keeps a key __proto__ as a key', () => {
    const kwargs = JSON.parse('{"__proto__":{"polluted":true}}')
    const written: Event = { ...pluginOf(), kwargs }
    const decoded = schemaOf(written).decode(encodeEvent(builtInContract(), written, 1))
    expect(JSON.stringify(decoded)).toContain('"kwargs":{"__proto__":{"polluted":true}}')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('distinguishes missing, null and empty', () => {
    const received = readSamples()[0] as Event
    for (const extra of [{}, { attributes: {} }, { attributes: { a: null } }, { quantity: 0 }]) {
      const entity = { id: 'e', name: 'n', productId: 'p', ...extra }
      const decoded = schemaOf(received).decode(
        encodeEvent(builtInContract(), { ...received, entity } as Event, 1),
      )
      expect((decoded as { entity?: unknown }).entity).toStrictEqual(entity)
    }
  })

  it('writes the schema id into the frame, whatever the size of the event', () => {
    for (const size of [1, 65_500, 65_536, 1_000_000]) {
      const written = { ...pluginOf(), args: ['x'.repeat(size)] }
      const bytes = encodeEvent(builtInContract(), written, 4_000_000_000)
      expect(schemaIdOf(bytes)).toBe(4_000_000_000)
      expect(schemaOf(written).decode(bytes)).toStrictEqual(written)
    }
  })

  it('rejects an event that did not pass the validator', () => {
    const broken = { ...readSamples()[0], time: 'yesterday' } as Event
    expect(() => encodeEvent(builtInContract(), broken, 1)).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID' }),
    )
  })
})

function pluginOf() {
  return { id: 'a', name: 'b', time: '2024-01-15T10:30:00Z', args: [] as JsonValue[], kwargs: {} }
}
