import { describe, expect, it, vi } from 'vitest'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import { Feed } from '../../../../src/kafka/fetch/feed.ts'
import type { FetchedPartition } from '../../../../src/kafka/records/fetch-answer.ts'
import { batchAt, holding } from '../../../support/fake-cluster.ts'

const obstacle = { why: 'full', cleared: Promise.resolve() }

function situation(start = 5) {
  const owned = new OwnedPartition('events', 0, start, start)
  return { owned, feed: new Feed(owned, undefined, owned.leaderEpochs) }
}

const of = (...batches: Buffer[]) => {
  return { fetched: holding(...batches) as FetchedPartition, release: vi.fn() }
}

describe('a feed', () => {
  it('begins where the ledger stands, and continues behind what was fetched', () => {
    const { feed } = situation()
    expect(feed.position).toBe(5)
    feed.add(of(batchAt(5, 2), batchAt(7, 3)), 5)
    expect(feed.position).toBe(10)
  })

  it('continues behind a batch that is empty or whose last records are gone', () => {
    const { feed } = situation()
    feed.add(of(batchAt(5, 2, { lastOffsetDelta: 9 })), 5)
    expect(feed.position).toBe(15)
    feed.next()
    feed.done()
    feed.add(of(batchAt(15, 0, { lastOffsetDelta: 4 })), 15)
    expect(feed.position).toBe(20)
  })

  it('holds one answer while another is taken, and then has no room', () => {
    const { feed } = situation()
    feed.add(of(batchAt(5)), 5)
    expect(feed.isDue(0)).toBe(false)
    const first = feed.next()
    expect(first?.fetched.batches).toHaveLength(1)
    expect([feed.isDue(0), feed.isIdle]).toEqual([true, false])
    feed.add(of(batchAt(6)), 6)
    expect([feed.isFull, feed.isDue(0)]).toEqual([true, false])
    expect(feed.next()).toBeUndefined()
    feed.add(of(batchAt(7)), 7)
    expect(feed.position).toBe(7)
    feed.done()
    expect(feed.next()?.fetched.batches[0]?.lastOffset).toBe(6)
    feed.done()
    expect([feed.isIdle, feed.next()]).toEqual([true, undefined])
  })

  it('drops the answer to a request from before it was rewound', () => {
    const { feed, owned } = situation()
    feed.add(of(batchAt(5)), 5)
    feed.next()
    owned.ledger.passTo(50)
    feed.rewind()
    feed.done()
    feed.add(of(batchAt(6)), 6)
    expect([feed.position, feed.next()]).toEqual([50, undefined])
  })

  it('drops all that was fetched at an obstacle, and is not due until it is cleared', () => {
    const { feed } = situation()
    feed.add(of(batchAt(5)), 5)
    feed.next()
    feed.add(of(batchAt(6)), 6)
    feed.done()
    feed.block(obstacle)
    expect([feed.position, feed.isFull, feed.isDue(0)]).toEqual([5, false, false])
    feed.add(of(batchAt(5)), 5)
    expect(feed.next()).toBeUndefined()
    feed.unblock()
    expect(feed.isDue(0)).toBe(true)
  })

  it('is due again when it says so', () => {
    const { feed } = situation()
    feed.retryAt(100)
    expect([99, 100].map((nowMs) => feed.isDue(nowMs))).toEqual([false, true])
  })

  it('counts an answer without batches as nothing', () => {
    const { feed } = situation()
    feed.add(of(), 5)
    expect([feed.position, feed.isIdle]).toEqual([5, true])
  })

  it('lets go of what is dropped, once, and of nothing that is to be taken', () => {
    const { feed } = situation()
    const [first, second, wrong] = [of(batchAt(5)), of(batchAt(6)), of(batchAt(50))]
    feed.add(first, 5)
    feed.next()
    feed.add(wrong, 50)
    expect(wrong.release).toHaveBeenCalledTimes(1)
    feed.add(second, 6)
    feed.rewind()
    feed.rewind()
    expect([first, second].map(({ release }) => release.mock.calls.length)).toEqual([0, 1])
  })
})
