import { expect, it, vi } from 'vitest'
import { CommitLoop } from '../../../../src/kafka/consumer/commit-loop.ts'
import { OwnedPartition, OwnedPartitions } from '../../../../src/kafka/consumer/owned-partition.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

/** A member that completed five records of one partition. */
function situation() {
  const owned = new OwnedPartitions()
  const one = new OwnedPartition('topic', 0, 0, 0)
  owned.add(one)
  one.ledger.passTo(5)
  const clock = new ManualClock()
  const log = { warn: vi.fn(), info: vi.fn() }
  const commit = vi.fn(async (_offsets: unknown): Promise<ReadonlyMap<string, Error>> => new Map())
  const ports = {
    owned,
    clock,
    log: log as never,
    commitIntervalMs: 1_000,
    hasStaged: () => false,
    flush: async () => {},
    commit,
    isJoining: vi.fn(() => false),
    onCommit: vi.fn(),
    onInterval: vi.fn(),
  }
  return { ...ports, one, clock, log, loop: new CommitLoop(ports) }
}

const refusal = new Map([['topic/0', new Error('not now')]])

it('commits at each interval, until it is stopped', async () => {
  const { loop, clock, one, commit, onInterval, onCommit } = situation()
  const stopped = new AbortController()
  const done = loop.run(stopped.signal)
  await clock.advance(999)
  expect(commit).not.toHaveBeenCalled()
  await clock.advance(1)
  one.ledger.passTo(6)
  await clock.advance(3_000)
  expect(commit.mock.calls).toHaveLength(2)
  expect([onInterval.mock.calls.length, onCommit.mock.calls]).toEqual([4, [['ok'], ['ok']]])
  stopped.abort()
  await done
  expect(clock.pending).toBe(0)
})

it('commits at once when it is woken, and waits for a whole interval after that', async () => {
  const { loop, clock, one, commit } = situation()
  const stopped = new AbortController()
  const done = loop.run(stopped.signal)
  await clock.advance(200)
  loop.wake()
  await settled()
  expect(commit).toHaveBeenCalledTimes(1)
  one.ledger.passTo(6)
  await clock.advance(999)
  expect(commit).toHaveBeenCalledTimes(1)
  await clock.advance(1)
  expect(commit).toHaveBeenCalledTimes(2)
  stopped.abort()
  await done
})

it('commits what is staged, even if the watermark stands', async () => {
  const { owned, one, ...ports } = situation()
  one.committedOffset = 5
  const committer = new CommitLoop({
    ...{ ...ports, log: ports.log as never, owned },
    hasStaged: (each) => each === one,
  })
  await committer.commit()
  expect(ports.commit).toHaveBeenCalledWith([expect.objectContaining({ offset: 5 })])
})

it('commits nothing while the member joins', async () => {
  const { loop, clock, commit, isJoining } = situation()
  const stopped = new AbortController()
  void loop.run(stopped.signal)
  isJoining.mockReturnValue(true)
  await clock.advance(5_000)
  expect(commit).not.toHaveBeenCalled()
  isJoining.mockReturnValue(false)
  await clock.advance(1_000)
  expect(commit).toHaveBeenCalledTimes(1)
  stopped.abort()
})

it('makes the last commit once if it is confirmed', async () => {
  const { loop, clock, commit, log } = situation()
  await loop.commitFinally(clock.elapsedMs() + 5_000)
  expect([commit.mock.calls.length, log.warn.mock.calls.length]).toEqual([1, 0])
})

it.each([
  ['refused', async () => refusal],
  ['lost', async () => Promise.reject(new Error('away'))],
])('makes the last commit again while it is %s', async (_, answer) => {
  const { loop, clock, commit, one } = situation()
  commit.mockImplementationOnce(answer).mockImplementationOnce(answer)
  const done = loop.commitLast()
  await clock.advance(400)
  await done
  expect(commit).toHaveBeenCalledTimes(3)
  expect(one.committedOffset).toBe(5)
})

it.each([
  ['refused', async () => refusal],
  ['not answered', () => new Promise<never>(() => {})],
])('gives up after a limit where the last commit is %s, and logs it', async (_, answer) => {
  const { loop, clock, commit, log } = situation()
  commit.mockImplementation(answer)
  let isDone = false
  const done = loop.commitFinally(clock.elapsedMs() + 5_000).then(() => {
    isDone = true
  })
  await clock.advance(4_999)
  expect(isDone).toBe(false)
  await clock.advance(1)
  await done
  expect(commit.mock.calls.length).toBeLessThanOrEqual(26)
  expect(log.warn.mock.calls.at(-1)?.[1]).toMatch(/^left the group without confirming/)
})

it('logs that commits fail once, and that they work again', async () => {
  const { loop, commit, log, one } = situation()
  commit.mockResolvedValueOnce(refusal).mockResolvedValueOnce(refusal)
  await loop.commit()
  await loop.commit()
  await loop.commit()
  one.ledger.passTo(6)
  await loop.commit()
  await settled()
  expect(log.warn.mock.calls).toEqual([
    [{ error: 'not now' }, 'commit failed; the next commit retries'],
  ])
  expect(log.info).toHaveBeenCalledTimes(1)
})
