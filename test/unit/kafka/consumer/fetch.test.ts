import type { EachBatchPayload } from 'kafkajs'
import { expect, it, vi } from 'vitest'
import { createFetch } from '../../../../src/kafka/consumer/fetch.ts'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

function situation(heartbeat: () => Promise<void>, records = 1) {
  const owned = new OwnedPartition('topic', 0, 5, 5)
  const clock = new ManualClock()
  const take = vi.fn((_epoch, { offset }: { offset: number }) => {
    clock.pass(1)
    owned.ledger.accept(offset, 0, 0)
    return undefined
  })
  const intake = { take, begin: vi.fn(), flush: vi.fn(), end: vi.fn(), drain: vi.fn() }
  const seekBack = vi.fn()
  const readable = () => (owned.lost.aborted ? undefined : owned)
  const fetch = createFetch({ intake, clock, readable, seekBack, park: vi.fn() })
  const messages = Array.from({ length: records }, (_, n) => {
    return { offset: String(5 + n), timestamp: '0', key: null, value: null, headers: {} }
  })
  const batch = { topic: 'topic', partition: 0, fetchedOffset: '5', messages }
  const resolveOffset = vi.fn()
  const payload = {
    batch: { ...batch, lastOffset: () => String(4 + records) },
    heartbeat,
    resolveOffset,
  } as unknown as EachBatchPayload
  return { owned, take, resolveOffset, fetch: () => fetch(payload) }
}

it('takes a batch after a heartbeat has confirmed the membership', async () => {
  const { fetch, take } = situation(async () => undefined)
  await fetch()
  expect(take).toHaveBeenCalledTimes(1)
})

it('takes nothing when the member was evicted in the meantime', async () => {
  const { fetch, take } = situation(() => Promise.reject(new Error('not a member')))
  await expect(fetch()).rejects.toThrow('not a member')
  expect(take).not.toHaveBeenCalled()
})

it('takes nothing of a partition that was lost during the heartbeat', async () => {
  const s = situation(async () => s.owned.lose())
  await s.fetch()
  expect(s.take).not.toHaveBeenCalled()
})

it('yields the thread regularly while it takes a large batch', async () => {
  const { fetch, take, resolveOffset } = situation(async () => undefined, 100)
  let turns = 0
  let isDone = false
  const count = () => {
    turns += 1
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  await fetch()
  isDone = true
  expect(take).toHaveBeenCalledTimes(100)
  expect(turns).toBeGreaterThan(4)
  expect(resolveOffset).toHaveBeenCalledWith('104')
})

it('takes nothing more of a partition that was lost while it had yielded', async () => {
  const s = situation(async () => {
    if (s.take.mock.calls.length > 0) s.owned.lose()
  }, 100)
  await s.fetch()
  expect(s.take.mock.calls.length).toBeLessThan(50)
  expect(s.resolveOffset).not.toHaveBeenCalled()
})
