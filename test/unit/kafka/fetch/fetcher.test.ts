import { describe, expect, it } from 'vitest'
import type { Taken } from '../../../../src/kafka/fetch/take-batches.ts'
import { batchAt, holding, TOPIC_ID } from '../../../support/fake-cluster.ts'
import { logUpTo, situation, TAKEN } from '../../../support/fetcher-kit.ts'
import { recordBatch } from '../../../support/record-batches.ts'

it('reads a log to its end, and then waits at the broker', async () => {
  const s = situation()
  s.fake.respond = logUpTo(5)
  s.addAll()
  await s.run(100)
  expect(s.takes.map(([, offset]) => offset)).toEqual([0, 1, 2, 3, 4])
  const before = s.fake.requests.length
  await s.run(60_000)
  expect(s.fake.requests.length - before).toBeLessThanOrEqual(121)
  expect(s.fake.requests.at(-1)!.body).toMatchObject({ maxWaitMs: 500, minBytes: 1 })
})

it('sends the next request before it looks at a response', async () => {
  const s = situation()
  s.fake.respond = logUpTo(4)
  const requestsAtTake: number[] = []
  s.takeBatches.mockImplementation(async () => {
    requestsAtTake.push(s.fake.requests.length)
    return TAKEN
  })
  s.addAll()
  await s.run(100)
  expect(requestsAtTake).toEqual([2, 3])
})

it('tells the leader’s epoch, and the topic’s id', async () => {
  const s = situation()
  s.addAll()
  await s.run(1)
  expect(s.fake.requests[0]!.body.topics).toEqual([
    {
      topic: 'events',
      topicId: TOPIC_ID,
      partitions: [expect.objectContaining({ leaderEpoch: 5, offset: 0 })],
    },
  ])
})

describe('partitions are served fairly', () => {
  it('with one that is never empty and many that are', async () => {
    const s = situation(100)
    s.fake.respond = ({ partition, offset, atMs }) => {
      if (partition === 0) return holding(batchAt(offset))
      // The others get a record each, some time later.
      return atMs >= partition && offset === 0 ? holding(batchAt(0)) : undefined
    }
    s.takeBatches.mockImplementation(async (epoch, { batches }) => {
      epoch.ledger.passTo(batches.at(-1)!.lastOffset + 1)
      s.takes.push([epoch.partition, batches.at(-1)!.lastOffset])
      await s.clock.sleep(1)
      return TAKEN
    })
    s.addAll()
    await s.run(400)
    expect(new Set(s.takes.map(([partition]) => partition)).size).toBe(100)
    expect(s.takes.filter(([partition]) => partition === 0).length).toBeGreaterThan(9)
  })

  it('where a response has room for one only: who was served is asked for last', async () => {
    const s = situation(4)
    let hasRoom = true
    let left = 40
    s.fake.respond = ({ offset }) => {
      if (left < 0) return undefined
      if (!hasRoom) return {}
      hasRoom = false
      return holding(batchAt(offset))
    }
    s.takeBatches.mockImplementation(async (epoch, { batches }) => {
      s.takes.push([epoch.partition, batches[0]!.lastOffset])
      epoch.ledger.passTo(batches[0]!.lastOffset + 1)
      return TAKEN
    })
    const { send } = s.fake.cluster as unknown as { send: (...args: unknown[]) => Promise<unknown> }
    Object.assign(s.fake.cluster, {
      send: (...args: unknown[]) => {
        hasRoom = left-- > 0
        return send(...args)
      },
    })
    s.addAll()
    await s.run(200)
    // The first request goes out before there is more than one partition.
    const fair = s.takes.slice(1)
    const counts = [0, 1, 2, 3].map((p) => fair.filter(([partition]) => partition === p).length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(5)
  })

  it('and a batch that is larger than the limit makes progress', async () => {
    const s = situation()
    const records = [
      {
        offsetDelta: 0,
        timestampDeltaMs: 0,
        key: null,
        value: Buffer.alloc(3_000_000),
        headers: [],
      },
    ]
    s.fake.respond = ({ offset, maxBytes }) => {
      if (offset > 1) return undefined
      const bytes = offset === 0 ? recordBatch(records, { baseOffset: 0 }) : batchAt(1)
      expect(maxBytes).toBeLessThan(3_000_000)
      return holding(bytes)
    }
    s.addAll()
    await s.run(100)
    expect(s.takes).toEqual([
      [0, 0],
      [0, 1],
    ])
  })
})

describe('back-pressure', () => {
  it('leaves a partition out that has no room, and the others are fetched', async () => {
    const s = situation(2)
    const { promise, resolve } = Promise.withResolvers<Taken>()
    s.fake.respond = ({ partition, offset }) =>
      partition === 0 || offset < 3 ? holding(batchAt(offset)) : undefined
    s.takeBatches.mockImplementation((epoch, { batches }) => {
      s.takes.push([epoch.partition, batches[0]!.lastOffset])
      return epoch.partition === 0 ? promise : Promise.resolve(TAKEN)
    })
    s.addAll()
    await s.run(2_000)
    expect(s.takes.filter(([partition]) => partition === 1)).toHaveLength(3)
    expect(s.takes.filter(([partition]) => partition === 0)).toHaveLength(1)
    const late = s.fake.requests.slice(10)
    expect(late.every((each) => !s.partitionsOf(each).includes(0))).toBe(true)
    // Short waits, so that it is fetched soon when it has room again; but no busy loop.
    expect(s.fake.requests.length).toBeLessThanOrEqual(110)
    resolve(TAKEN)
    await s.run(25)
    expect(s.fake.requests.slice(-2).some((each) => s.partitionsOf(each).includes(0))).toBe(true)
  })

  it('of all partitions asks the broker nothing', async () => {
    const s = situation(3)
    s.fake.respond = ({ offset }) => holding(batchAt(offset))
    s.takeBatches.mockImplementation(() => new Promise(() => {}))
    s.addAll()
    await s.run(100)
    const before = s.fake.requests.length
    await s.run(60_000)
    expect(s.fake.requests.length).toBe(before)
    expect(s.onAttempt.mock.calls.length).toBeGreaterThan(100)
    expect(s.onAttempt.mock.calls.length).toBeLessThan(200)
  })

  it('counts the bytes that were not taken yet, and asks for no more than there is room for', async () => {
    const s = situation(3, 2_000)
    const { promise, resolve } = Promise.withResolvers<Taken>()
    const value = Buffer.alloc(1_500)
    const record = { offsetDelta: 0, timestampDeltaMs: 0, key: null, value, headers: [] }
    s.fake.respond = ({ partition, offset }) =>
      partition < 2 && offset === 0 ? holding(recordBatch([record], { baseOffset: 0 })) : undefined
    s.takeBatches.mockImplementation(() => promise)
    s.addAll()
    await s.run(100)
    const before = s.fake.requests.length
    await s.run(10_000)
    expect(s.fake.requests.length).toBe(before)
    resolve(TAKEN)
    await s.run(1_000)
    expect(s.fake.requests.length).toBeGreaterThan(before)
  })

  it('by bytes that are no batch blocks that partition only, and fetches it again', async () => {
    const s = situation(2)
    const bad = batchAt(0)
    bad.writeInt32BE(-5, 8)
    s.fake.respond = ({ partition, offset }) =>
      partition === 0 ? holding(bad) : offset < 3 ? holding(batchAt(offset)) : undefined
    s.addAll()
    await s.run(4_000)
    expect(s.takes.map(([partition]) => partition)).toEqual([1, 1, 1])
    const why = 'corrupt batch at events/0@0: a batch states -5 bytes'
    expect(s.onObstacle.mock.calls).toEqual([[s.owned[0], { why, cleared: expect.any(Promise) }]])
    s.fake.respond = logUpTo(3)
    await s.run(2_000)
    expect(s.takes.filter(([partition]) => partition === 0)).toHaveLength(3)
  })

  it('by an obstacle drops what was fetched, and fetches it again when it is cleared', async () => {
    const s = situation()
    const { promise: cleared, resolve } = Promise.withResolvers<void>()
    const obstacle = { why: 'full', cleared }
    s.fake.respond = logUpTo(2, 1)
    s.takeBatches.mockResolvedValueOnce({ type: 'obstacle', obstacle })
    s.addAll()
    await s.run(10_000)
    expect(s.onObstacle.mock.calls).toEqual([[s.owned[0], obstacle]])
    const before = s.fake.requests.length
    await s.run(10_000)
    expect(s.fake.requests.length).toBe(before)
    resolve()
    await s.run(600)
    expect(s.onObstacle.mock.calls.at(-1)).toEqual([s.owned[0], undefined])
    expect(s.takes).toEqual([
      [0, 0],
      [0, 1],
    ])
  })
})

it('passes on that a batch cannot be taken at all', async () => {
  const s = situation()
  s.fake.respond = logUpTo(1)
  s.takeBatches.mockRejectedValueOnce(new Error('no codec'))
  s.addAll()
  await s.run(100)
  expect(s.onFailure).toHaveBeenCalledWith(new Error('no codec'))
})

it('asks nothing more when it is closed', async () => {
  const s = situation(2)
  s.addAll()
  await s.run(100)
  s.fetcher.close()
  await s.run(1_000)
  const before = [s.fake.requests.length, s.fake.refreshes]
  await s.run(60_000)
  expect([s.fake.requests.length, s.fake.refreshes]).toEqual(before)
  expect(s.clock.pending).toBe(0)
})
