import type { EachBatchPayload } from 'kafkajs'
import { expect, it, vi } from 'vitest'
import { createFetch } from '../../../src/kafka/fetch.ts'
import { OwnedPartition } from '../../../src/kafka/owned-partition.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function situation(heartbeat: () => Promise<void>) {
  const owned = new OwnedPartition('topic', 0, 5, 5)
  const take = vi.fn(() => undefined)
  const intake = { take, begin: vi.fn(), flush: vi.fn(), end: vi.fn(), drain: vi.fn() }
  const seekBack = vi.fn()
  const readable = () => (owned.lost.aborted ? undefined : owned)
  const fetch = createFetch({ intake, clock: new ManualClock(), readable, seekBack, park: vi.fn() })
  const message = { offset: '5', timestamp: '0', key: null, value: null, headers: {} }
  const batch = { topic: 'topic', partition: 0, fetchedOffset: '5', messages: [message] }
  const payload = {
    batch: { ...batch, lastOffset: () => '5' },
    heartbeat,
    resolveOffset: vi.fn(),
  } as unknown as EachBatchPayload
  return { owned, take, fetch: () => fetch(payload) }
}

it('takes what it was given once it knows that it still is a member', async () => {
  const { fetch, take } = situation(async () => undefined)
  await fetch()
  expect(take).toHaveBeenCalledTimes(1)
})

it('takes nothing when the group has put it out meanwhile', async () => {
  const { fetch, take } = situation(() => Promise.reject(new Error('not a member')))
  await expect(fetch()).rejects.toThrow('not a member')
  expect(take).not.toHaveBeenCalled()
})

it('takes nothing of a partition that was lost while it asked', async () => {
  const s = situation(async () => s.owned.lose())
  await s.fetch()
  expect(s.take).not.toHaveBeenCalled()
})
