import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decompressBatch } from '../../src/kafka/codecs/codecs.ts'
import { javaMissing } from '../support/java-avro.ts'
import { compressJava } from '../support/java-kafka.ts'

const missing = javaMissing()

/** Sample inputs: noise, runs, text repeated at short and long distances, over several blocks. */
const pieces = fc.oneof(
  fc.uint8Array({ maxLength: 300, size: 'max' }),
  fc.tuple(fc.nat(255), fc.nat(5_000)).map(([byte, length]) => Buffer.alloc(length, byte)),
  fc
    .nat(9)
    .map((n) => Buffer.from(`{"id":"evt_${n}","kind":"inventory.moved","entity":"ent_${n}"}`)),
)
const inputs = fc
  .tuple(fc.array(pieces, { maxLength: 60, size: 'max' }), fc.integer({ min: 1, max: 20 }))
  .map(([parts, times]) => Buffer.concat(Array(times).fill(Buffer.concat(parts))))

describe.skipIf(missing !== undefined)(`Kafka's codecs${missing ? ` (no ${missing})` : ''}`, () => {
  it('decode what Java encoded', async () => {
    const plain = [Buffer.alloc(0), ...fc.sample(inputs, { numRuns: 80, seed: 7 })]
    expect(Math.max(...plain.map(({ length }) => length))).toBeGreaterThan(300_000)
    for (const [n, compressed] of (await compressJava(plain)).entries()) {
      const { gzip, snappy, snappyBlock, lz4, zstd } = compressed
      const read = await Promise.all([
        decompressBatch('gzip', gzip),
        decompressBatch('snappy', snappy),
        decompressBatch('snappy', snappyBlock),
        decompressBatch('lz4', lz4),
        decompressBatch('zstd', zstd),
      ])
      expect(read.map((bytes) => bytes.equals(plain[n]!))).toEqual(Array(5).fill(true))
    }
  }, 700_000)
})
