import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stablePartitioner } from '../../../../src/kafka/producer/stable-partitioner.ts'

const VECTORS = new URL('../../../support/murmur2/vectors.txt', import.meta.url)

const topicOf = (width: number) => ({
  topic: 'inventory.events',
  partitionMetadata: Array.from({ length: width }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  })),
})

describe('the partitioner', () => {
  it("assigns every key as Kafka's Java client does", () => {
    const vectors = readFileSync(VECTORS, 'utf8').trimEnd().split('\n')
    expect(vectors.length).toBeGreaterThan(2_000)
    const { choose } = stablePartitioner()
    for (const width of [1, 2, 3, 6, 12, 97]) {
      const wrong = vectors.filter((vector) => {
        const [hex, hash] = vector.split(' ')
        const message = { key: Buffer.from(hex!, 'hex'), value: null }
        return choose({ ...topicOf(width), message }) !== (Number(hash) & 0x7fffffff) % width
      })
      expect(wrong).toEqual([])
    }
  })

  it('hashes a text key as UTF-8', () => {
    const { choose } = stablePartitioner()
    for (const key of ['ent_456', 'Größe', '商品-42', '🍎']) {
      const asText = choose({ ...topicOf(97), message: { key, value: null } })
      const asBytes = choose({ ...topicOf(97), message: { key: Buffer.from(key), value: null } })
      expect(asText).toBe(asBytes)
    }
  })

  it('keeps the partition of a record without a key across retries', () => {
    const { choose } = stablePartitioner()
    const message = { key: null, value: null }
    const first = choose({ ...topicOf(6), message })
    for (let i = 0; i < 10; i++) {
      choose({ ...topicOf(6), message: { key: null, value: null } })
      expect(choose({ ...topicOf(6), message })).toBe(first)
    }
  })

  it('keeps an explicit partition, and reports the partitions of the send', () => {
    const partitioner = stablePartitioner()
    partitioner.startSend()
    partitioner.choose({ ...topicOf(6), message: { key: 'k', value: null, partition: 5 } })
    partitioner.choose({ ...topicOf(6), message: { key: 'k', value: null, partition: 1 } })
    expect(partitioner.chosen()).toEqual(new Set([5, 1]))
    partitioner.startSend()
    expect(partitioner.chosen()).toEqual(new Set())
  })

  it('ends the retries of an abandoned producer', () => {
    const partitioner = stablePartitioner()
    partitioner.refuse()
    const choose = () => partitioner.choose({ ...topicOf(1), message: { key: 'k', value: null } })
    expect(choose).toThrow(expect.objectContaining({ retriable: false }))
  })
})
