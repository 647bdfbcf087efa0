import type { PartitionAssigner } from 'kafkajs'
import { expect, it, vi } from 'vitest'
import {
  type FetchAnswer,
  type FetchRequest,
  withFetchAhead,
  withPrefetch,
} from '../../../../src/kafka/patches/prefetch.ts'

const WAIT_MS = 100
const TOPIC = 'events'

type Offsets = Record<number, number>

function request(offsets: Offsets): FetchRequest {
  const partitions = Object.entries(offsets).map(([partition, offset]) => {
    return { partition: Number(partition), fetchOffset: String(offset) }
  })
  return { maxWaitTime: WAIT_MS, topics: [{ topic: TOPIC, partitions }] }
}

function offsetsOf({ topics }: FetchRequest): Offsets {
  const entries = topics[0]!.partitions.map((each) => [each.partition, Number(each.fetchOffset)])
  return Object.fromEntries(entries)
}

/**
 * A broker whose logs have these ends, and which returns this many records of each partition. The
 * calls with these numbers fail or return no records.
 */
function brokerWith(ends: Offsets, { each = 2 } = {}) {
  const asked: FetchRequest[] = []
  const [failing, hidden] = [new Set<number>(), new Set<number>()]
  const fetch = vi.fn(async (given: FetchRequest): Promise<FetchAnswer> => {
    asked.push(given)
    if (failing.has(asked.length)) throw new Error('away')
    const isHidden = hidden.has(asked.length)
    const partitions = Object.entries(offsetsOf(given)).map(([partition, offset]) => {
      const end = ends[Number(partition)] ?? 0
      const messages = []
      for (let at = offset; !isHidden && at < Math.min(offset + each, end); at++) {
        messages.push({ offset: String(at) })
      }
      return { partition: Number(partition), highWatermark: String(end), messages }
    })
    return { responses: [{ topicName: TOPIC, partitions }] }
  })
  return { fetch: withPrefetch(fetch), asked, failing, hidden }
}

function read(answer: FetchAnswer): Record<number, number[]> {
  const [{ partitions }] = answer.responses as [FetchAnswer['responses'][0]]
  const entries = partitions.map(({ partition, messages }) => {
    return [partition, messages.map(({ offset }) => Number(offset))]
  })
  return Object.fromEntries(entries)
}

it('sends the next request before kafkajs does', async () => {
  const { fetch, asked } = brokerWith({ 0: 6, 1: 3 })
  expect(read(await fetch(request({ 0: 0, 1: 0 })))).toEqual({ 0: [0, 1], 1: [0, 1] })
  expect(asked.map(offsetsOf)).toEqual([
    { 0: 0, 1: 0 },
    { 0: 2, 1: 2 },
  ])
  expect(read(await fetch(request({ 0: 2, 1: 2 })))).toEqual({ 0: [2, 3], 1: [2] })
  expect(asked.map(offsetsOf).slice(2)).toEqual([{ 0: 4, 1: 3 }])
})

it('never makes the broker wait for records', async () => {
  const { fetch, asked } = brokerWith({ 0: 6 })
  await fetch(request({ 0: 0 }))
  expect(asked.map(({ maxWaitTime }) => maxWaitTime)).toEqual([WAIT_MS, 0])
})

it.each([
  ['sought back', { 0: 1 }],
  ['paused', {}],
  ['resumed', { 0: 2, 1: 0 }],
])('drops the prefetched response when a partition is %s', async (_why, offsets) => {
  const { fetch, asked } = brokerWith({ 0: 6, 1: 6 })
  await fetch(request({ 0: 0 }))
  const answer = read(await fetch(request(offsets)))
  expect(offsetsOf(asked[2]!)).toEqual(offsets)
  expect(asked[2]!.maxWaitTime).toBe(WAIT_MS)
  for (const [partition, offset] of Object.entries(offsets)) {
    expect(answer[Number(partition)]![0]).toBe(offset)
  }
})

it('does not reuse a dropped response', async () => {
  const { fetch, asked } = brokerWith({ 0: 6 })
  await fetch(request({ 0: 0 }))
  await fetch(request({ 0: 6 }))
  await fetch(request({ 0: 2 }))
  expect(asked.map(offsetsOf).slice(0, 4)).toEqual([{ 0: 0 }, { 0: 2 }, { 0: 6 }, { 0: 2 }])
})

it('does not prefetch at the end of the log', async () => {
  const { fetch, asked } = brokerWith({ 0: 2 })
  await fetch(request({ 0: 0 }))
  await fetch(request({ 0: 2 }))
  expect(asked.map(offsetsOf)).toEqual([{ 0: 0 }, { 0: 2 }])
})

it('waits for records if the prefetched response had none', async () => {
  const { fetch, asked, hidden } = brokerWith({ 0: 6 })
  // Like the records of an open transaction.
  hidden.add(2)
  await fetch(request({ 0: 0 }))
  expect(read(await fetch(request({ 0: 2 })))).toEqual({ 0: [2, 3] })
  expect(asked.map(({ maxWaitTime }) => maxWaitTime)).toEqual([WAIT_MS, 0, WAIT_MS, 0])
})

it('reports an error only to a request of kafkajs', async () => {
  const { fetch, asked, failing } = brokerWith({ 0: 6 })
  failing.add(2).add(5)
  await fetch(request({ 0: 0 }))
  expect(read(await fetch(request({ 0: 2 })))).toEqual({ 0: [2, 3] })
  expect(asked.map(({ maxWaitTime }) => maxWaitTime)).toEqual([WAIT_MS, 0, WAIT_MS, 0])
  await expect(fetch(request({ 0: 0 }))).rejects.toThrow('away')
})

it('patches each broker of a consumer once', async () => {
  const asked: FetchRequest[] = []
  const answer: FetchAnswer = {
    responses: [
      {
        topicName: TOPIC,
        partitions: [{ partition: 0, highWatermark: '9', messages: [{ offset: '0' }] }],
      },
    ],
  }
  const broker = {
    async fetch(given: FetchRequest) {
      asked.push(given)
      return answer
    },
  }
  const cluster = { findBroker: async () => broker }
  const assigner = withFetchAhead((() => ({})) as unknown as PartitionAssigner)
  assigner({ cluster } as never)
  for (let n = 0; n < 3; n++) await cluster.findBroker()
  await broker.fetch(request({ 0: 0 }))
  expect(asked.map(offsetsOf)).toEqual([{ 0: 0 }, { 0: 1 }])
})
