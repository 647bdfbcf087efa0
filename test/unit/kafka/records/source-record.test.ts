import fc from 'fast-check'
import { expect, it } from 'vitest'
import { emptyRecord, fillRecord } from '../../../../src/kafka/records/source-record.ts'

const place = { topic: 'events', partition: 3 }

it('reads offsets and times as numbers', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeInteger(), (offset, timestamp) => {
      const texts = { offset: String(offset), timestamp: String(timestamp) }
      const record = emptyRecord(place)
      fillRecord(record, { ...texts, key: null, value: null })
      expect(record).toMatchObject({ ...place, offset, timestampMs: timestamp, headers: {} })
    }),
  )
})
