import { expect, it, vi } from 'vitest'
import { Committer } from '../../../../src/kafka/consumer/committer.ts'
import { OwnedPartition, OwnedPartitions } from '../../../../src/kafka/consumer/owned-partition.ts'
import { settled } from '../../../support/manual-clock.ts'

function situation() {
  const owned = new OwnedPartitions()
  const [one, two] = [0, 1].map((partition) => new OwnedPartition('events', partition, 0, 0)) as [
    OwnedPartition,
    OwnedPartition,
  ]
  for (const each of [one, two]) owned.add(each)
  const commit = vi.fn(
    async (
      _offsets: readonly { partition: number; offset: number; leaderEpoch: number }[],
    ): Promise<ReadonlyMap<string, Error>> => new Map(),
  )
  const flush = vi.fn(async () => {})
  const onCommit = vi.fn()
  let isJoining = false
  const committer = new Committer({
    ...{ owned, flush, commit, onCommit },
    hasStaged: () => false,
    isJoining: () => isJoining,
  })
  const offsets = () =>
    commit.mock.calls.map(([all]) => all.map(({ partition, offset }) => [partition, offset]))
  return {
    owned,
    one,
    two,
    commit,
    flush,
    onCommit,
    committer,
    offsets,
    join(is: boolean) {
      isJoining = is
    },
  }
}

it('commits what is completed and not committed, once', async () => {
  const { one, committer, offsets, onCommit } = situation()
  one.ledger.passTo(5)
  expect(committer.isDue).toBe(true)
  await committer.commit()
  await committer.commit()
  expect(offsets()).toEqual([[[0, 5]]])
  expect(committer.isDue).toBe(false)
  expect(onCommit.mock.calls).toEqual([[undefined]])
})

it('commits the epoch of the leader that wrote the last record before the offset', async () => {
  const { one, two, committer, commit } = situation()
  one.leaderEpochs.note(0, 3)
  one.leaderEpochs.note(5, 4)
  for (const each of [one, two]) each.ledger.passTo(5)
  await committer.commit()
  one.ledger.passTo(6)
  await committer.commit()
  const epochs = commit.mock.calls.map(([all]) => all.map(({ leaderEpoch }) => leaderEpoch))
  expect(epochs).toEqual([[3, -1], [4]])
})

it('commits no further than the oldest record that is not completed', async () => {
  const { one, committer, offsets } = situation()
  one.ledger.accept(3, 0, 1)
  one.ledger.accept(4, 0, 0)
  await committer.commit()
  expect(offsets()).toEqual([[[0, 3]]])
})

it('commits what was completed before the flush, which ends first', async () => {
  const { one, committer, flush, offsets } = situation()
  const { promise, resolve } = Promise.withResolvers<void>()
  flush.mockReturnValueOnce(promise)
  one.ledger.passTo(5)
  const done = committer.commit()
  await settled()
  expect(offsets()).toEqual([])
  one.ledger.passTo(9)
  resolve()
  await done
  expect(offsets()).toEqual([[[0, 5]]])
  expect(committer.isDue).toBe(true)
})

it('names no partition that is lost by then, and asks nothing if none is left', async () => {
  const { one, two, committer, flush, offsets } = situation()
  one.ledger.passTo(5)
  two.ledger.passTo(7)
  flush.mockImplementationOnce(async () => one.lose())
  await committer.commit()
  expect(offsets()).toEqual([[[1, 7]]])
  two.ledger.passTo(8)
  flush.mockImplementationOnce(async () => two.lose())
  await committer.commit()
  expect(offsets()).toHaveLength(1)
})

it('commits nothing when a join has begun meanwhile', async () => {
  const s = situation()
  s.one.ledger.passTo(5)
  s.flush.mockImplementationOnce(async () => s.join(true))
  await s.committer.commit()
  expect(s.offsets()).toEqual([])
  s.join(false)
  await s.committer.commit()
  expect(s.offsets()).toEqual([[[0, 5]]])
})

it('counts only those as committed that were not refused', async () => {
  const { one, two, commit, committer, onCommit, offsets } = situation()
  one.ledger.passTo(5)
  two.ledger.passTo(7)
  const problem = new Error('refused')
  commit.mockResolvedValueOnce(new Map([['events/0', problem]]))
  await committer.commit()
  expect([one.committedOffset, two.committedOffset]).toEqual([0, 7])
  expect(onCommit).toHaveBeenCalledWith(problem)
  await committer.commit()
  expect(offsets().at(-1)).toEqual([[0, 5]])
})

it.each(['flush', 'commit'] as const)(
  'never rejects where the %s does: the next commit is the retry',
  async (what) => {
    const s = situation()
    s.one.ledger.passTo(5)
    s[what].mockRejectedValueOnce(new Error('away'))
    await s.committer.commit()
    expect(s.onCommit).toHaveBeenCalledWith(new Error('away'))
    expect(s.one.committedOffset).toBe(0)
    await s.committer.commit()
    expect(s.one.committedOffset).toBe(5)
  },
)

it('makes one commit at a time, and says when none is under way', async () => {
  const { one, commit, committer, offsets } = situation()
  const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, Error>>()
  commit.mockReturnValueOnce(promise)
  one.ledger.passTo(5)
  const first = committer.commit()
  await settled()
  one.ledger.passTo(6)
  const second = committer.commit()
  let isSettled = false
  void committer.settled().then(() => {
    isSettled = true
  })
  await settled()
  expect([offsets().length, isSettled]).toEqual([1, false])
  resolve(new Map())
  await Promise.all([first, second])
  await settled()
  expect(offsets()).toEqual([[[0, 5]], [[0, 6]]])
  expect(isSettled).toBe(true)
})
