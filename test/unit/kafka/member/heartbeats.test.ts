import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { sendHeartbeats } from '../../../../src/kafka/member/heartbeats.ts'
import { BrokerError } from '../../../../src/kafka/protocol/broker-error.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const SESSION_MS = 30_000
const [REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED] = [27, 22, 25, 82]
const refused = (code: number) => new BrokerError(code, 'send a heartbeat')

/** `responses`: of the first heartbeats; `undefined` confirms. Then all that follow get the last. */
function situation(
  responses: readonly (Error | undefined)[] = [undefined],
  sessionTimeoutMs = SESSION_MS,
) {
  const clock = new ManualClock()
  let confirmedAtMs = 0
  let isMember = true
  let assignedAtMs = -60_000
  const left = [...responses]
  const heartbeat = vi.fn(async (_limitMs: number) => {
    const response = left.length > 1 ? left.shift() : left[0]
    if (response !== undefined) throw response
    confirmedAtMs = clock.elapsedMs()
  })
  const ports = {
    clock,
    sessionTimeoutMs,
    isMember: () => isMember,
    sinceAssignedMs: () => clock.elapsedMs() - assignedAtMs,
    sinceConfirmedMs: () => clock.elapsedMs() - confirmedAtMs,
    heartbeat,
    onRejoin: vi.fn(),
    onEvicted: vi.fn((_why: string) => {
      isMember = false
    }),
    onExpired: vi.fn((_why: string) => {
      isMember = false
    }),
    onFenced: vi.fn(),
    onAttempt: vi.fn(),
  }
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const done = sendHeartbeats(ports, stop.signal)
  const assign = () => {
    assignedAtMs = clock.elapsedMs()
  }
  const setMember = (is: boolean) => {
    isMember = is
  }
  return { ...ports, clock, stop, done, setMember, assign }
}

it('are sent ten times a session, and twice a second at least', async () => {
  for (const [sessionTimeoutMs, intervalMs] of [
    [SESSION_MS, 500],
    [4_000, 400],
    [300_000, 500],
  ] as const) {
    const { heartbeat, clock } = situation([undefined], sessionTimeoutMs)
    await clock.advance(intervalMs * 10)
    expect(heartbeat).toHaveBeenCalledTimes(11)
  }
})

it('are not sent while there is no membership, which is an attempt all the same', async () => {
  const { heartbeat, clock, onAttempt, setMember } = situation()
  await settled()
  setMember(false)
  heartbeat.mockClear()
  await clock.advance(60_000)
  expect(heartbeat).not.toHaveBeenCalled()
  expect(onAttempt.mock.calls.length).toBeGreaterThan(15)
  setMember(true)
  await clock.advance(3_000)
})

it('are sent more often for a while after an assignment, which another may follow', async () => {
  const { heartbeat, clock, assign } = situation()
  await clock.advance(2_999)
  assign()
  heartbeat.mockClear()
  await clock.advance(10_000)
  expect(heartbeat.mock.calls.length).toBeGreaterThanOrEqual(49)
  expect(heartbeat.mock.calls.length).toBeLessThanOrEqual(51)
  heartbeat.mockClear()
  await clock.advance(30_000)
  expect(heartbeat.mock.calls.length).toBeLessThanOrEqual(61)
})

it('end with the signal', async () => {
  const { heartbeat, clock, stop, done } = situation()
  await settled()
  stop.abort()
  await done
  await clock.advance(60_000)
  expect(heartbeat).toHaveBeenCalledTimes(1)
})

it('wait for a response a third of the session, and no longer than what is left of it', async () => {
  const { heartbeat, clock } = situation([new Error('away')])
  await clock.advance(SESSION_MS - 1)
  const limits = heartbeat.mock.calls.map(([limitMs]) => limitMs)
  expect(limits[0]).toBe(10_000)
  expect(limits.at(-1)!).toBeLessThanOrEqual(250)
  expect(limits).toEqual([...limits].sort((a, b) => b - a))
})

describe('a failure', () => {
  it('is followed by the next attempt soon, and not at once', async () => {
    const { heartbeat, clock, onRejoin, onEvicted } = situation([refused(16)])
    await clock.advance(2_500)
    expect(heartbeat).toHaveBeenCalledTimes(11)
    expect(onRejoin).not.toHaveBeenCalled()
    expect(onEvicted).not.toHaveBeenCalled()
  })

  it.each([-1, 14, 15, 16, 23, 30])('of code %i does not end them', async (code) => {
    const { heartbeat, clock } = situation([refused(code), undefined])
    await clock.advance(250)
    expect(heartbeat).toHaveBeenCalledTimes(2)
  })

  it('that lasts as long as the session is an eviction, once', async () => {
    const { clock, onExpired } = situation([new Error('away')])
    await clock.advance(SESSION_MS - 250)
    expect(onExpired).not.toHaveBeenCalled()
    await clock.advance(60_000)
    expect(onExpired).toHaveBeenCalledTimes(1)
    expect(onExpired).toHaveBeenCalledWith(
      'no heartbeat was confirmed for as long as the session lasts',
    )
  })
})

it('of a process that was frozen for longer than its session find it evicted before they ask', async () => {
  const { heartbeat, clock, onExpired } = situation()
  await settled()
  await clock.jump(SESSION_MS + 1)
  expect(onExpired).toHaveBeenCalledTimes(1)
  expect(heartbeat).toHaveBeenCalledTimes(1)
})

it.each([REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION])(
  'pass on that the group asks to join again (%i), once an interval',
  async (code) => {
    const { clock, onRejoin, onEvicted } = situation([refused(code)])
    await clock.advance(1_000)
    expect(onRejoin).toHaveBeenCalledTimes(3)
    expect(onEvicted).not.toHaveBeenCalled()
  },
)

it('pass on that the group has removed the member', async () => {
  const { heartbeat, clock, onEvicted } = situation([refused(UNKNOWN_MEMBER_ID), undefined])
  await clock.advance(10_000)
  expect(onEvicted.mock.calls).toEqual([['cannot send a heartbeat: UNKNOWN_MEMBER_ID']])
  expect(heartbeat).toHaveBeenCalledTimes(1)
})

it('pass on that another process has the instance id', async () => {
  const { clock, onFenced } = situation([refused(FENCED), undefined])
  await clock.advance(1)
  expect(onFenced).toHaveBeenCalledTimes(1)
})
