import { expect, it, vi } from 'vitest'
import { finalCommit } from '../../../../src/kafka/consumer/final-commit.ts'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

/** A member that completed five records of one partition, and what the coordinator returns. */
function situation(answers: (() => Promise<number>)[], isReady = true) {
  const owned = new OwnedPartition('topic', 0, 5, 5)
  owned.committedOffset = 5
  const clock = new ManualClock()
  const commit = vi.fn(async () => undefined)
  const warn = vi.fn()
  let asked = 0
  const readCommitted = async () => {
    const answer = answers[Math.min(asked, answers.length - 1)]!
    asked += 1
    return new Map([['topic', new Map([[0, await answer()]])]])
  }
  const ports = { committer: { commit, isReady }, owned: [owned], readCommitted, clock }
  const ended = finalCommit({ ...ports, log: { warn } })
  return { owned, clock, commit, warn, ended, asked: () => asked }
}

it('reads the offsets once if the commit is confirmed', async () => {
  const { ended, commit, warn, asked } = situation([async () => 5])
  await ended
  expect([commit.mock.calls.length, asked(), warn.mock.calls.length]).toEqual([1, 1, 0])
})

it('commits the partition again while the committed offset is lower', async () => {
  const { ended, owned, clock, commit, warn } = situation([async () => 3, async () => 5])
  await clock.advance(100)
  expect(owned.committedOffset).toBe(3)
  await clock.advance(200)
  await ended
  expect(commit).toHaveBeenCalledTimes(2)
  expect(warn).not.toHaveBeenCalled()
})

it('commits again if the committed offset cannot be read', async () => {
  const refused = () => Promise.reject(new Error('not now'))
  const { ended, clock, commit } = situation([refused, () => new Promise(() => {}), async () => 5])
  await clock.advance(3_000)
  await ended
  expect(commit).toHaveBeenCalledTimes(3)
})

it('gives up after a limit, and logs what was not committed', async () => {
  const { ended, clock, warn } = situation([async () => -1])
  await clock.advance(6_000)
  await ended
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn.mock.calls[0]?.[0]).toEqual({ why: 'topic/0 not committed' })
})

it('reads no offsets if no batch was ever read', async () => {
  const { ended, asked } = situation([async () => -1], false)
  await ended
  expect(asked()).toBe(0)
})

it('gives up after the limit on a commit that is not answered', async () => {
  const owned = new OwnedPartition('topic', 0, 5, 5)
  const clock = new ManualClock()
  const warn = vi.fn()
  const committer = { commit: () => new Promise<void>(() => {}), isReady: true }
  const readCommitted = async () => new Map()
  const ended = finalCommit({ committer, owned: [owned], readCommitted, clock, log: { warn } })
  await clock.advance(6_000)
  await ended
  expect(warn.mock.calls[0]?.[0]).toEqual({ why: 'no response from the coordinator' })
})

it('commits nothing if nothing is owned any more, even if an earlier commit still waits', async () => {
  const commit = vi.fn(() => new Promise<void>(() => {}))
  const clock = new ManualClock()
  const readCommitted = async () => new Map()
  const log = { warn: vi.fn() }
  await finalCommit({ committer: { commit, isReady: true }, owned: [], readCommitted, clock, log })
  expect(commit).not.toHaveBeenCalled()
})
