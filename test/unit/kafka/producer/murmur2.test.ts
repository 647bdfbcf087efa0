import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { expect, it } from 'vitest'
import { murmur2, partitionOfKey } from '../../../../src/kafka/producer/murmur2.ts'

const VECTORS = new URL('../../../support/murmur2/vectors.txt', import.meta.url)

it("gives every key the hash that Kafka's Java client gives it", () => {
  const vectors = readFileSync(VECTORS, 'utf8').trimEnd().split('\n')
  expect(vectors.length).toBeGreaterThan(2_000)
  const wrong = vectors.filter((vector) => {
    const [hex, hash] = vector.split(' ')
    return murmur2(Buffer.from(hex!, 'hex')) !== Number(hash)
  })
  expect(wrong).toEqual([])
})

const MEMBERS = { partitionErrorCode: 0, leader: 1, replicas: [1], isr: [1] }

it('puts every key where the partitioner of kafkajs puts it', () => {
  const theirs = Partitioners.DefaultPartitioner()
  const keys = fc.uint8Array({ maxLength: 20 })
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 12 }), (bytes, width) => {
      const key = Buffer.from(bytes)
      const partitionMetadata = Array.from({ length: width }, (_, partitionId) => ({
        ...MEMBERS,
        partitionId,
      }))
      const message = { key, value: null }
      expect(partitionOfKey(key, width)).toBe(theirs({ topic: 't', partitionMetadata, message }))
    }),
    { numRuns: 50 },
  )
})

it('hashes a key of megabytes in linear time', () => {
  // In quadratic time this would take hours.
  expect(partitionOfKey('x'.repeat(5_000_000), 6)).toBeLessThan(6)
})
