import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { headersOf } from '../../../src/event/headers.ts'
import { createEventReader } from '../../../src/explain/event-reader.ts'
import { readSamples } from '../../support/samples.ts'

const place = { topic: 'events', partition: 0, offset: 0, timestampMs: 0, key: null }

it('reads an event of the contract whatever its headers are', async () => {
  const bytes = fc.uint8Array({ maxLength: 6 }).map((array) => Buffer.from(array))
  const header = fc.oneof(fc.constant(Buffer.from('I\xae', 'latin1')), bytes, fc.constant(null))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...readSamples()), header, async (sample, value) => {
      const { text } = builtInContract().of(sample)
      const reader = createEventReader(builtInContract(), {
        schemaById: async () => ({ type: 'found', text }),
      })
      onTestFinished(reader.close)
      const headers = { ce_type: value, ce_id: value, ce_time: value }
      const read = await reader.read({
        ...place,
        value: encodeEvent(builtInContract(), sample, 1),
        headers: headersOf(headers),
      })
      expect(read).toMatchObject({ type: 'event', id: sample.id, event: sample })
    }),
    { numRuns: 50 },
  )
})
