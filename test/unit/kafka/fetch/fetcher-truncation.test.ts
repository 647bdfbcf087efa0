import { expect, it } from 'vitest'
import type { Taken } from '../../../../src/kafka/fetch/take-batches.ts'
import { batchAt, holding } from '../../../support/fake-cluster.ts'
import { situation, TAKEN } from '../../../support/fetcher-kit.ts'

const EPOCH = 4

/** A leader whose log ends at 10, where epoch 4 does, and goes on in another epoch. */
function cutOff({ offset, lastFetchedEpoch }: { offset: number; lastFetchedEpoch: number }) {
  if (offset < 20) return holding(batchAt(offset, 5, { leaderEpoch: EPOCH }))
  return lastFetchedEpoch === EPOCH ? { divergence: { epoch: EPOCH, endOffset: 10 } } : undefined
}

it('tells the leader in which epoch the record before the offset was written', async () => {
  const s = situation()
  s.fake.respond = cutOff
  s.addAll()
  await s.run(100)
  const asked = s.fake.requests.map(({ body }) => body.topics[0]!.partitions[0]!)
  expect(asked.slice(0, 3)).toMatchObject([
    { offset: 0, lastFetchedEpoch: -1 },
    { offset: 5, lastFetchedEpoch: EPOCH },
    { offset: 10, lastFetchedEpoch: EPOCH },
  ])
})

it('passes on that a log was cut off and written anew, again and again, without hurry', async () => {
  const s = situation()
  s.fake.respond = cutOff
  s.addAll()
  await s.run(2_000)
  expect(s.onTruncated).toHaveBeenCalledWith(s.owned[0], { epoch: EPOCH, endOffset: 10 })
  expect(s.onTruncated.mock.calls.length).toBeGreaterThanOrEqual(5)
  expect(s.onTruncated.mock.calls.length).toBeLessThanOrEqual(9)
  expect(s.onOutOfRange).not.toHaveBeenCalled()
})

it('passes it on only when what was fetched before has been taken', async () => {
  const s = situation()
  const { promise, resolve } = Promise.withResolvers<Taken>()
  s.fake.respond = cutOff
  s.addAll()
  s.owned[0]!.ledger.passTo(15)
  s.fetcher.remove(s.owned[0]!)
  s.takeBatches.mockImplementationOnce(() => promise)
  s.addAll()
  await s.run(2_000)
  expect(s.onTruncated).not.toHaveBeenCalled()
  s.owned[0]!.ledger.passTo(20)
  resolve(TAKEN)
  await s.run(1_000)
  expect(s.onTruncated).toHaveBeenCalled()
})

it('knows nothing of messages that have no epoch', async () => {
  const s = situation()
  s.owned[0]!.leaderEpochs.note(-1, EPOCH)
  const old = Buffer.alloc(40)
  old.writeInt32BE(28, 8)
  s.fake.respond = ({ offset }) => (offset === 0 ? holding(old) : undefined)
  s.addAll()
  await s.run(100)
  const asked = s.fake.requests.map(({ body }) => body.topics[0]!.partitions[0]!)
  expect(asked.slice(0, 2)).toMatchObject([
    { offset: 0, lastFetchedEpoch: EPOCH },
    { offset: 1, lastFetchedEpoch: -1 },
  ])
})
