import { describe, expect, it } from 'vitest'
import type { Taken } from '../../../../src/kafka/fetch/take-batches.ts'
import { batchAt, holding, TOPIC_ID } from '../../../support/fake-cluster.ts'
import { logUpTo, situation, TAKEN } from '../../../support/fetcher-kit.ts'

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

  it('is said until it is over, whatever others do meanwhile', async () => {
    const s = situation(2)
    s.fake.respond = ({ partition, offset }) =>
      partition === 0 ? { errorCode: 2 } : holding(batchAt(offset))
    s.addAll()
    await s.run(20_000)
    const why = 'it cannot be fetched: CORRUPT_MESSAGE'
    expect(s.onWait).toHaveBeenLastCalledWith(s.owned[0], 'fetching', why)
    expect(s.logged()).toEqual(['warn: cannot fetch a partition; retrying'])
    s.fake.respond = ({ offset }) => holding(batchAt(offset))
    await s.run(6_000)
    expect(s.onWait).toHaveBeenLastCalledWith(s.owned[0], 'fetching', undefined)
    expect(s.logged().at(-1)).toMatch(/^info: all partitions are fetched again after /)
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
    const { promise, resolve } = Promise.withResolvers<Taken>()
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
    const { promise, resolve } = Promise.withResolvers<Taken>()
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

  it('is named when there has been none for longer than an election takes', async () => {
    const s = situation(2)
    s.fake.respond = ({ offset }) => (offset < 9 ? holding(batchAt(offset)) : undefined)
    s.addAll()
    await s.run(2_000)
    s.fake.leaders.delete(0)
    await s.fake.cluster.refresh()
    await s.run(14_000)
    expect([s.onWait.mock.calls, s.logged()]).toEqual([[], []])
    await s.run(2_000)
    const why = 'it cannot be fetched: it has no leader'
    expect(s.onWait).toHaveBeenLastCalledWith(s.owned[0], 'fetching', why)
    expect(s.logged()).toEqual(['warn: cannot fetch a partition; retrying'])
    s.fake.leaders.set(0, { nodeId: 3, epoch: 7 })
    await s.run(2_000)
    expect(s.onWait).toHaveBeenLastCalledWith(s.owned[0], 'fetching', undefined)
    expect(s.onWait.mock.calls.every(([owned]) => owned === s.owned[0])).toBe(true)
  })

  it('of a broker that cannot be reached is named as well', async () => {
    const s = situation(1)
    s.addAll()
    await s.run(1_000)
    s.fake.fails = new Error('the connection broke')
    await s.run(20_000)
    const why = 'it cannot be fetched: the connection broke'
    expect(s.onWait).toHaveBeenLastCalledWith(s.owned[0], 'fetching', why)
    s.fake.fails = undefined
    s.fake.respond = ({ offset }) => (offset < 1 ? holding(batchAt(offset)) : undefined)
    await s.run(2_000)
    expect(s.onWait).toHaveBeenLastCalledWith(s.owned[0], 'fetching', undefined)
    expect(s.logged().some((line) => line.startsWith('info: fetching works again'))).toBe(true)
  })

  it('of a topic that was created again is not fetched: its offsets belong to other records', async () => {
    const s = situation(1)
    s.addAll()
    await s.run(100)
    s.fake.topics.set('events', { topicId: '2'.repeat(32), partitions: s.fake.leaders })
    await s.fake.cluster.refresh()
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
    const { promise, resolve } = Promise.withResolvers<Taken>()
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
    s.fetcher.add(s.owned[0]!, TOPIC_ID, s.owned[0]!.leaderEpochs)
    expect(current[0]!()).toBe(false)
    resolve({ type: 'ended' })
    await s.run(1_000)
    expect(s.takes.map(([, offset]) => offset)).toEqual([0, 1, 2])
  })
})
