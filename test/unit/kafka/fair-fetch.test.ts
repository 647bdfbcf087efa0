import type { PartitionAssigner } from 'kafkajs'
import { expect, it } from 'vitest'
import { turned, withFairFetch } from '../../../src/kafka/fair-fetch.ts'

const request = {
  maxBytes: 1,
  topics: [
    { topic: 'a', partitions: [0, 1, 2] },
    { topic: 'b', partitions: [0] },
  ],
}

const firstOf = ({ topics }: typeof request) => `${topics[0]!.topic}/${topics[0]!.partitions[0]}`

it('has each partition first in its turn, and asks for all of them each time', () => {
  const turns = [0, 1, 2, 3, 4].map((turn) => turned(request, turn))
  expect(turns.map(firstOf)).toEqual(['a/0', 'a/1', 'a/2', 'b/0', 'a/0'])
  for (const { maxBytes, topics } of turns) {
    expect(maxBytes).toBe(1)
    const sorted = topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.toSorted(),
    }))
    expect(sorted.toSorted((a, b) => a.topic.localeCompare(b.topic))).toEqual(request.topics)
  }
})

it('leaves a request for nothing as it is', () => {
  expect(turned({ topics: [] }, 3)).toEqual({ topics: [] })
})

it('turns the requests of each broker, once', async () => {
  const asked: string[] = []
  const broker = {
    fetch: async (each: typeof request) => {
      asked.push(firstOf(each))
      return { responses: [] }
    },
  }
  const cluster = { findBroker: async () => broker }
  const assigner = withFairFetch((() => ({})) as unknown as PartitionAssigner)
  assigner({ cluster } as never)
  for (let n = 0; n < 4; n++) await (await cluster.findBroker()).fetch(request)
  expect(asked).toEqual(['a/0', 'a/1', 'a/2', 'b/0'])
})
