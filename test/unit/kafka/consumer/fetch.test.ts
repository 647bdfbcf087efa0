import type { EachBatchPayload } from 'kafkajs'
import { expect, it, vi } from 'vitest'
import { createFetch } from '../../../../src/kafka/consumer/fetch.ts'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import { RecordBatch } from '../../../../src/kafka/records/record-batch.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { plainRecord, recordBatch } from '../../../support/record-batches.ts'

function situation(heartbeat: () => Promise<void>, records = 1, change = (bytes: Buffer) => bytes) {
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
  const park = vi.fn()
  const fetch = createFetch({ intake, clock, readable, seekBack, park })
  const written = Array.from({ length: records }, (_, n) => plainRecord(n, 'value'))
  const bytes = change(recordBatch(written, { baseOffset: 5 }))
  const messages = [
    { offset: String(4 + records), batch: new RecordBatch(bytes), isSkipped: false },
  ]
  const batch = { topic: 'topic', partition: 0, fetchedOffset: '5', messages }
  const resolveOffset = vi.fn()
  const payload = {
    batch: { ...batch, lastOffset: () => String(4 + records) },
    heartbeat,
    resolveOffset,
  } as unknown as EachBatchPayload
  return { owned, take, park, resolveOffset, fetch: () => fetch(payload) }
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

it('stops a partition at a corrupt batch, and hands over nothing of it', async () => {
  const flip = (bytes: Buffer) => {
    bytes[bytes.length - 2]! ^= 1
    return bytes
  }
  const s = situation(async () => undefined, 3, flip)
  await s.fetch()
  expect(s.take).not.toHaveBeenCalled()
  const why = 'corrupt batch at topic/0@5: the checksum does not match the bytes'
  expect(s.park).toHaveBeenCalledWith(s.owned, { why, cleared: expect.any(Promise) })
  expect(s.owned.ledger.expected).toBe(5)
  expect(s.resolveOffset).toHaveBeenCalledWith('4')
})

it('fails where a defect keeps a record from being taken, naming the record', async () => {
  const s = situation(async () => undefined, 3)
  s.take.mockImplementationOnce(() => {
    throw new TypeError('Object prototype may only be an Object or null')
  })
  await expect(s.fetch()).rejects.toMatchObject({
    code: 'INTAKE_FAILED',
    record: 'topic/0@5',
    message: 'cannot take the record topic/0@5: Object prototype may only be an Object or null',
  })
  expect(s.owned.ledger.expected).toBe(5)
})

it('fails at a batch that cannot be decompressed, naming its place', async () => {
  const { fetch } = situation(
    async () => undefined,
    3,
    () => recordBatch([plainRecord(0, 'plain')], { baseOffset: 5, attributes: 1 }),
  )
  await expect(fetch()).rejects.toThrow(/^topic\/0@5: cannot read a batch compressed with gzip/)
})
