import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import { Fetcher } from '../../../../src/kafka/fetch/fetcher.ts'
import type { Taken } from '../../../../src/kafka/fetch/take-batches.ts'
import type { FetchedPartition } from '../../../../src/kafka/records/fetch-answer.ts'
import type { Epoch } from '../../../../src/pipeline/source.ts'
import { deferred } from '../../../../src/util/deferred.ts'
import { batchAt, fakeCluster, holding, TOPIC_ID } from '../../../support/fake-cluster.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordBatch } from '../../../support/record-batches.ts'

const STEP_MS = 10
const TAKEN: Taken = { type: 'taken' }

function situation(partitions = 1, maxFetchedBytes = 64 * 1024 * 1024) {
  const clock = new ManualClock()
  const fake = fakeCluster(clock, partitions)
  const takes: [partition: number, offset: number][] = []
  const takeBatches = vi.fn(
    async (epoch: Epoch, { batches }: FetchedPartition, _isCurrent: () => boolean) => {
      for (const { lastOffset } of batches) {
        takes.push([epoch.partition, lastOffset])
        epoch.ledger.passTo(lastOffset + 1)
      }
      return TAKEN
    },
  )
  const ports = {
    cluster: fake.cluster,
    maxFetchedBytes,
    clock,
    log: pino({ level: 'silent' }),
    takeBatches,
    onOutOfRange: vi.fn(),
    onObstacle: vi.fn(),
    onFailure: vi.fn(),
    onAttempt: vi.fn(),
  }
  const fetcher = new Fetcher(ports)
  onTestFinished(() => fetcher.close())
  const owned = Array.from({ length: partitions }, (_, n) => new OwnedPartition('events', n, 0, 0))
  const addAll = () => {
    for (const each of owned) fetcher.add(each, TOPIC_ID)
  }
  /** What is fetched comes, and is taken, some turns of the event loop later. */
  async function run(ms: number): Promise<void> {
    for (let turn = 0; turn < 200; turn++) await settled()
    for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
      await clock.advance(Math.min(leftMs, STEP_MS))
      for (let turn = 0; turn < 10; turn++) await settled()
    }
  }
  const partitionsOf = (request: (typeof fake.requests)[0]) =>
    request.body.topics.flatMap(({ partitions: all }) => all.map(({ partition }) => partition))
  return { ...ports, fake, clock, takes, fetcher, owned, addAll, run, partitionsOf }
}

/** A log of batches of one record each, up to an end; `each` of them in one answer. */
const logUpTo =
  (end: number, each = 2) =>
  ({ offset }: { offset: number }) => {
    if (offset >= end) return undefined
    const count = Math.min(each, end - offset)
    return holding(...Array.from({ length: count }, (_, n) => batchAt(offset + n)))
  }

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
    const counts = [0, 1, 2, 3].map((p) => s.takes.filter(([partition]) => partition === p).length)
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
    const { promise, resolve } = deferred<Taken>()
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
    const { promise, resolve } = deferred<Taken>()
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
    const { promise: cleared, resolve } = deferred()
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

describe('an error of a partition', () => {
  it.each([
    ['another leader', 6, 250],
    ['an unknown topic id', 100, 250],
    ['a fenced epoch', 74, 250],
    ['a corrupt message', 2, 5_000],
    ['a server error', -1, 5_000],
  ])('(%s) delays that partition only', async (_, errorCode, delayMs) => {
    const s = situation(2)
    s.fake.respond = ({ partition, offset }) =>
      partition === 0 ? { errorCode } : offset < 3 ? holding(batchAt(offset)) : undefined
    s.addAll()
    await s.run(20_000)
    expect(s.takes.filter(([partition]) => partition === 1)).toHaveLength(3)
    const asked = s.fake.requests.filter((each) => s.partitionsOf(each).includes(0))
    // A partition that failed is asked for again when the request for the others has ended.
    expect(asked.length).toBeLessThanOrEqual(20_000 / delayMs + 2)
    expect(asked.length).toBeGreaterThanOrEqual(20_000 / (delayMs + 500) - 1)
    expect(s.onFailure).not.toHaveBeenCalled()
  })

  it('of its offset is passed on, again and again, until it is dealt with', async () => {
    const s = situation()
    s.fake.respond = () => ({ errorCode: 1 })
    s.addAll()
    await s.run(1_000)
    expect(s.onOutOfRange.mock.calls.length).toBeGreaterThanOrEqual(3)
    expect(s.onOutOfRange.mock.calls.length).toBeLessThanOrEqual(5)
    expect(s.onOutOfRange).toHaveBeenCalledWith(s.owned[0])
  })

  it('of its offset is passed on only when what was fetched before has been taken', async () => {
    const s = situation()
    const { promise, resolve } = deferred<Taken>()
    s.fake.respond = ({ offset }) => (offset === 0 ? holding(batchAt(0, 9)) : { errorCode: 1 })
    s.takeBatches.mockImplementation(() => promise)
    s.addAll()
    await s.run(2_000)
    expect(s.takeBatches).toHaveBeenCalledTimes(1)
    expect(s.onOutOfRange).not.toHaveBeenCalled()
    resolve(TAKEN)
    await s.run(1_000)
    expect(s.onOutOfRange).toHaveBeenCalled()
  })

  it('that refuses a topic ends the service if it was never read', async () => {
    const s = situation()
    s.fake.respond = () => ({ errorCode: 29 })
    s.addAll()
    await s.run(10)
    expect(s.onFailure.mock.calls[0]![0]).toMatchObject({
      type: 'TOPIC_AUTHORIZATION_FAILED',
      message: 'cannot read topic events: TOPIC_AUTHORIZATION_FAILED',
    })
  })

  it('that refuses a topic which was read waits for the right to come back', async () => {
    const s = situation()
    let isRefused = false
    s.fake.respond = (asked) => (isRefused ? { errorCode: 29 } : logUpTo(2)(asked))
    s.addAll()
    await s.run(100)
    isRefused = true
    await s.run(20_000)
    expect(s.onFailure).not.toHaveBeenCalled()
    expect(s.fake.requests.length).toBeLessThan(10)
    isRefused = false
    s.fake.respond = logUpTo(3)
    await s.run(6_000)
    expect(s.takes.at(-1)).toEqual([0, 2])
  })
})

describe('an error of a request', () => {
  it.each([
    ['a broker that is away', { fails: new Error('away') }],
    ['a response that refuses all of it', { errorCode: 87 }],
  ])('(%s) is followed by the next one soon, and not at once', async (_, failure) => {
    const s = situation(2)
    Object.assign(s.fake, failure)
    s.addAll()
    await s.run(10_000)
    expect(s.fake.requests.length).toBeGreaterThanOrEqual(35)
    expect(s.fake.requests.length).toBeLessThanOrEqual(42)
    expect(s.fake.refreshes).toBeGreaterThanOrEqual(35)
    s.fake.fails = undefined
    s.fake.errorCode = 0
    s.fake.respond = logUpTo(1)
    await s.run(1_000)
    expect(s.takes).toHaveLength(2)
  })
})

it('asks for metadata while a response does not come', async () => {
  const s = situation()
  Object.assign(s.fake.cluster, { send: () => new Promise(() => {}) })
  s.addAll()
  await s.run(10_000)
  expect(s.fake.refreshes).toBe(5)
})

describe('a partition whose leader changes', () => {
  it('is fetched from the new one, whoever asked for metadata', async () => {
    const s = situation(1)
    const { promise, resolve } = deferred<Taken>()
    s.fake.respond = ({ offset, nodeId }) =>
      nodeId === (offset < 2 ? 1 : 2) ? holding(batchAt(offset)) : undefined
    s.takeBatches.mockImplementationOnce(() => promise)
    s.addAll()
    // Full, so that nothing is being asked for.
    await s.run(2_000)
    s.fake.leaders.set(0, { nodeId: 2, epoch: 6 })
    await s.fake.cluster.refresh()
    await s.run(2_000)
    s.owned[0]!.ledger.passTo(1)
    resolve(TAKEN)
    await s.run(2_000)
    expect(s.fake.requests.at(-1)!.nodeId).toBe(2)
    expect(s.takes.some(([, offset]) => offset === 2)).toBe(true)
  })

  it('is looked for while there is none, four times a second', async () => {
    const s = situation(1)
    s.fake.leaders.delete(0)
    s.addAll()
    await s.run(10_000)
    expect(s.fake.refreshes).toBeGreaterThanOrEqual(39)
    expect(s.fake.refreshes).toBeLessThanOrEqual(42)
    expect(s.fake.requests).toHaveLength(0)
    s.fake.respond = logUpTo(1)
    s.fake.onRefreshed = () => void s.fake.leaders.set(0, { nodeId: 3, epoch: 7 })
    await s.run(300)
    expect(s.takes).toEqual([[0, 0]])
    expect(s.fake.requests[0]!.nodeId).toBe(3)
  })

  it('of a topic that was created again is not fetched: its offsets belong to other records', async () => {
    const s = situation(1)
    s.addAll()
    await s.run(100)
    s.fake.topics.set('events', { topicId: '2'.repeat(32), partitions: s.fake.leaders })
    await s.run(500)
    const before = s.fake.requests.length
    await s.run(5_000)
    expect(s.fake.requests.length).toBe(before)
  })
})

describe('a partition that is removed', () => {
  it('is not taken any more, also what was fetched of it', async () => {
    const s = situation()
    s.fake.respond = logUpTo(9, 1)
    s.takeBatches.mockImplementationOnce(async (epoch) => {
      s.fetcher.remove(epoch)
      return { type: 'ended' }
    })
    s.addAll()
    await s.run(1_000)
    expect(s.takes).toEqual([])
    expect(s.fetcher.has(s.owned[0]!)).toBe(false)
    const before = s.fake.requests.length
    await s.run(10_000)
    expect(s.fake.requests.length).toBe(before)
  })

  it('and added again is taken by one at a time', async () => {
    const s = situation()
    const { promise, resolve } = deferred<Taken>()
    const current: (() => boolean)[] = []
    s.fake.respond = logUpTo(3, 1)
    s.takeBatches.mockImplementationOnce((_epoch, _fetched, isCurrent) => {
      current.push(isCurrent)
      return promise
    })
    s.addAll()
    await s.run(10)
    expect(current[0]!()).toBe(true)
    s.fetcher.remove(s.owned[0]!)
    s.fetcher.add(s.owned[0]!, TOPIC_ID)
    expect(current[0]!()).toBe(false)
    resolve({ type: 'ended' })
    await s.run(1_000)
    expect(s.takes.map(([, offset]) => offset)).toEqual([0, 1, 2])
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
