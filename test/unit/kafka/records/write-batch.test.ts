import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HeaderList } from '../../../../src/event/headers.ts'
import { HEADER_BYTES } from '../../../../src/kafka/records/record-batch.ts'
import type { RecordToWrite } from '../../../../src/kafka/records/records-writer.ts'
import { writeBatch } from '../../../../src/kafka/records/write-batch.ts'
import { recordBatch } from '../../../support/record-batches.ts'

const IDENTITY = { producerId: 1n, epoch: 0, sequence: 0 }

/** Around the lengths from which a varint takes a byte more, and texts are written in another way. */
const length = fc.oneof(fc.nat(12), fc.integer({ min: 55, max: 70 }), fc.constantFrom(8_185, 8_200))
const text = fc
  .tuple(length, fc.constantFrom('a', 'é', '€', '😀', '\ud800'), fc.string({ unit: 'grapheme' }))
  .map(([count, unit, end]) => unit.repeat(count) + end)
const bytes = length.map((count) => Buffer.alloc(count, count))
const part = fc.oneof(text, bytes, fc.constant(null))

const record = fc.record({
  key: part,
  value: fc.oneof(bytes, fc.constant(null)),
  timestampMs: fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 45 })),
  headers: fc.array(fc.record({ name: fc.oneof(text, bytes), value: part }), { maxLength: 4 }),
})
type Drawn = typeof record extends fc.Arbitrary<infer T> ? T : never

function toWrite({ headers, ...record }: Drawn): RecordToWrite {
  return { ...record, headers: new HeaderList(headers) }
}

function expected(records: readonly Drawn[]): Buffer {
  const all = records.map(({ key, value, timestampMs, headers }, offsetDelta) => ({
    offsetDelta,
    timestampDeltaMs: timestampMs - records[0]!.timestampMs,
    key: asBytes(key),
    value,
    headers: headers.map((each) => [asBytes(each.name)!, asBytes(each.value)] as const),
  }))
  return recordBatch(all).subarray(HEADER_BYTES)
}

function asBytes(part: Buffer | string | null): Buffer | null {
  return typeof part === 'string' ? Buffer.from(part) : part
}

it('writes any records as Kafka describes them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), async (records) => {
      const batch = await writeBatch(records.map(toWrite), IDENTITY)
      expect(batch.subarray(HEADER_BYTES).equals(expected(records))).toBe(true)
    }),
  )
})

it('writes a batch after one that was far larger, and after one that could not be written', async () => {
  const small: Drawn = { key: 'k', value: Buffer.from('v'), timestampMs: 1, headers: [] }
  const large: Drawn = { ...small, key: 'é'.repeat(900_000), value: Buffer.alloc(3_000_000, 1) }
  const corrupt = {
    ...toWrite(small),
    get headers(): never {
      throw new Error('corrupt')
    },
  }
  for (const records of [[small], [large, small], [small, large], [small]]) {
    const batch = await writeBatch(records.map(toWrite), IDENTITY)
    expect(batch.subarray(HEADER_BYTES).equals(expected(records))).toBe(true)
    await expect(writeBatch([toWrite(large), corrupt], IDENTITY)).rejects.toThrow('corrupt')
  }
})
