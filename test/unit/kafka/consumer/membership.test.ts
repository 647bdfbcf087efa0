import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Liveness } from '../../../../src/kafka/consumer/liveness.ts'
import { Membership } from '../../../../src/kafka/consumer/membership.ts'
import type { TopicPartition } from '../../../../src/kafka/member/assigner/balance.ts'
import type { GroupMember } from '../../../../src/kafka/member/group-member.ts'
import type { Joined } from '../../../../src/kafka/member/member-options.ts'
import { BrokerError } from '../../../../src/kafka/protocol/broker-error.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const place = (partition: number) => ({ topic: 'events', partition })
const of = (code: number) => new BrokerError(code, 'join group group')
const [REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED] = [27, 22, 25, 82]
const [NOT_COORDINATOR, GROUP_AUTHORIZATION_FAILED] = [16, 30]

function situation(mode: 'cooperative' | 'eager' = 'cooperative') {
  const clock = new ManualClock()
  const steps: string[] = []
  let held: TopicPartition[] = []
  let assigned: TopicPartition[] = [place(0), place(1)]
  const step = (name: string) => async () => void steps.push(name)
  const join = vi.fn(async (claims: readonly TopicPartition[]): Promise<Joined> => {
    steps.push(`join with ${claims.length}`)
    return { assigned, isOutdated: false, isCooperative: mode === 'cooperative' }
  })
  const signs = new Liveness(clock)
  const heartbeat = vi.fn(async (_limitMs: number) => signs.confirmed(clock.elapsedMs()))
  const member = { join, heartbeat, isKnown: true, forgetIdentity: vi.fn(), expire: vi.fn() }
  const lose = vi.fn((places: readonly TopicPartition[]) => {
    held = held.filter((each) => !places.includes(each))
  })
  const ports = {
    member: member as unknown as GroupMember,
    mode,
    clock,
    log: { info: vi.fn(), warn: vi.fn() } as never,
    signs,
    sessionTimeoutMs: 30_000,
    claims: () => held,
    stopAll: vi.fn(step('stop')),
    commitsEnded: vi.fn(step('commits ended')),
    onAssigned(all: readonly TopicPartition[]) {
      const leaving = held.filter(
        (each) => !all.some(({ partition }) => partition === each.partition),
      )
      const added = all.filter(
        (each) => !held.some(({ partition }) => partition === each.partition),
      )
      held = [...held, ...added]
      return leaving
    },
    handOver: vi.fn(async (leaving: readonly TopicPartition[]) => {
      steps.push(`hand over ${leaving.length}`)
      held = held.filter((each) => !leaving.includes(each))
    }),
    lose,
    onRebalance: vi.fn(),
    onFailure: vi.fn(),
  }
  const membership = new Membership(ports)
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const start = () => {
    void membership.sendHeartbeats(stop.signal)
    return membership.stayJoined(stop.signal)
  }
  const assign = (...partitions: number[]) => {
    assigned = partitions.map(place)
  }
  return { ...ports, member, join, heartbeat, membership, stop, start, assign, steps, clock }
}

it('joins when no commit is under way, and stays joined', async () => {
  const s = situation()
  void s.start()
  await s.clock.advance(60_000)
  expect(s.steps).toEqual(['commits ended', 'join with 0'])
  expect([s.membership.isJoined, s.membership.isJoining]).toEqual([true, false])
})

it('hands over what it is to lose, and joins again without it', async () => {
  const s = situation()
  void s.start()
  await settled()
  s.assign(1)
  s.membership.rejoin('asked')
  await s.clock.advance(1_000)
  const [, , ...later] = s.steps
  expect(later).toEqual([
    'commits ended',
    'join with 2',
    'hand over 1',
    'commits ended',
    'join with 1',
  ])
})

it('stops everything before a join in an eager group, and loses what it is not given', async () => {
  const s = situation('eager')
  void s.start()
  await settled()
  s.assign(1)
  s.membership.rejoin('asked')
  await s.clock.advance(1_000)
  expect(s.steps.slice(2)).toEqual(['stop', 'commits ended', 'join with 2'])
  expect(s.lose.mock.calls).toEqual([[[place(0)]]])
})

describe('a join that fails', () => {
  it.each([
    ['away', new Error('away')],
    ['coordinated by another broker', of(NOT_COORDINATOR)],
    ['rebalancing', of(REBALANCE_IN_PROGRESS)],
  ])('(%s) is tried again, more and more slowly', async (_, error) => {
    const s = situation()
    s.join.mockRejectedValue(error)
    void s.start()
    await s.clock.advance(60_000)
    expect(s.join.mock.calls.length).toBeGreaterThan(10)
    expect(s.join.mock.calls.length).toBeLessThan(20)
    expect([s.onFailure.mock.calls.length, s.membership.isJoined]).toEqual([0, false])
  })

  it('lets commits be made until the next attempt', async () => {
    const s = situation()
    const { promise, reject } = Promise.withResolvers<Joined>()
    s.join.mockReturnValueOnce(promise)
    void s.start()
    await settled()
    expect(s.membership.isJoining).toBe(true)
    reject(new Error('away'))
    await settled()
    expect(s.membership.isJoining).toBe(false)
    await s.clock.advance(1_000)
    expect([s.membership.isJoined, s.membership.isJoining]).toEqual([true, false])
  })

  it('loses nothing that the group has not taken', async () => {
    const s = situation()
    void s.start()
    await settled()
    s.join.mockRejectedValue(new Error('away'))
    s.heartbeat.mockRejectedValue(of(ILLEGAL_GENERATION))
    s.membership.rejoin('asked')
    await settled()
    s.lose.mockClear()
    await s.clock.advance(10_000)
    expect(s.lose).not.toHaveBeenCalled()
  })

  it('ends the service where the user lacks the right, unless it has joined before', async () => {
    const s = situation()
    s.join.mockRejectedValueOnce(of(GROUP_AUTHORIZATION_FAILED))
    await s.start()
    expect(s.onFailure).toHaveBeenCalledTimes(1)
    const again = situation()
    void again.start()
    await settled()
    again.join.mockRejectedValueOnce(of(GROUP_AUTHORIZATION_FAILED))
    again.membership.rejoin('asked')
    await again.clock.advance(10_000)
    expect(again.onFailure).not.toHaveBeenCalled()
    expect(again.join).toHaveBeenCalledTimes(3)
  })

  it('ends the service where another process has the instance id', async () => {
    const s = situation()
    s.join.mockRejectedValueOnce(of(FENCED))
    await s.start()
    expect(s.onFailure).toHaveBeenCalledTimes(1)
  })

  it('loses everything where the group has removed the member, and joins as another one', async () => {
    const s = situation()
    void s.start()
    await settled()
    s.join.mockRejectedValueOnce(of(UNKNOWN_MEMBER_ID))
    s.membership.rejoin('asked')
    await s.clock.advance(1_000)
    expect(s.lose.mock.calls).toEqual([[[place(0), place(1)]]])
    expect(s.member.forgetIdentity).toHaveBeenCalledTimes(1)
    expect(s.steps.at(-1)).toBe('join with 0')
  })
})

describe('a heartbeat', () => {
  it('that asks to join again is followed by a join with all that is held', async () => {
    const s = situation()
    void s.start()
    await settled()
    s.heartbeat.mockRejectedValueOnce(of(REBALANCE_IN_PROGRESS))
    await s.clock.advance(3_000)
    expect(s.steps.at(-1)).toBe('join with 2')
    expect(s.lose).not.toHaveBeenCalled()
  })

  it.each([ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID])(
    'that says that the group has gone on (%i) loses everything',
    async (code) => {
      const s = situation()
      void s.start()
      await settled()
      s.heartbeat.mockRejectedValueOnce(of(code))
      await s.clock.advance(3_000)
      expect(s.lose.mock.calls[0]).toEqual([[place(0), place(1)]])
      expect(s.steps.at(-1)).toBe('join with 0')
      expect(s.member.forgetIdentity).toHaveBeenCalledTimes(code === UNKNOWN_MEMBER_ID ? 1 : 0)
    },
  )

  it('that asks to join again while a join is under way changes nothing', async () => {
    const s = situation()
    s.join.mockReturnValueOnce(new Promise(() => {}))
    s.heartbeat.mockRejectedValue(of(REBALANCE_IN_PROGRESS))
    void s.start()
    await s.clock.advance(20_000)
    expect(s.join).toHaveBeenCalledTimes(1)
  })
})

it('ends when it is stopped, after the join that is under way', async () => {
  const s = situation()
  const { promise, resolve } = Promise.withResolvers<Joined>()
  s.join.mockReturnValueOnce(promise)
  const ended = vi.fn()
  void s.start().then(ended)
  await settled()
  s.stop.abort()
  await settled()
  expect(ended).not.toHaveBeenCalled()
  resolve({ assigned: [], isOutdated: false, isCooperative: true })
  await settled()
  expect(ended).toHaveBeenCalled()
})
