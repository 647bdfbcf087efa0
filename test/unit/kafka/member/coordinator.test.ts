import { expect, it, vi } from 'vitest'
import { Coordinator } from '../../../../src/kafka/member/coordinator.ts'
import { BrokerError } from '../../../../src/kafka/protocol/broker-error.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import { heartbeatRequest } from '../../../../src/kafka/protocol/requests/heartbeat.ts'

const [GROUP_COORDINATOR_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED] = [15, 30]
const BODY = { groupId: 'group', generation: 1, memberId: 'me', instanceId: null }

function situation() {
  const at = { errorCode: 0, nodeId: 1, host: 'one', port: 9092 }
  const known = new Map([[1, 'one:9092']])
  const find = vi.fn(async () => ({ ...at }))
  const refresh = vi.fn(async () => void known.set(at.nodeId, `${at.host}:${at.port}`))
  const send = vi.fn(async (..._: unknown[]) => ({ errorCode: 0 }))
  const hasBroker = ({ nodeId, host, port }: typeof at) => known.get(nodeId) === `${host}:${port}`
  const cluster = { sendToAny: find, send, refresh, hasBroker } as unknown as Cluster
  const coordinator = new Coordinator(cluster, { type: 'group', key: 'group' })
  const beat = () => coordinator.send('group', heartbeatRequest, BODY, 1_000)
  return {
    at,
    find,
    refresh,
    send,
    coordinator,
    beat,
    sentTo: () => send.mock.calls.map(([id]) => id),
  }
}

it('is found once, also for requests at the same time', async () => {
  const { find, beat, sentTo, refresh } = situation()
  await Promise.all([beat(), beat()])
  await beat()
  expect(find).toHaveBeenCalledTimes(1)
  expect(find).toHaveBeenCalledWith(
    expect.objectContaining({ name: 'FindCoordinator' }),
    { type: 'group', key: 'group' },
    3_000,
  )
  expect(sentTo()).toEqual([1, 1, 1])
  expect(refresh).not.toHaveBeenCalled()
})

it('is found again after it was forgotten, or a request failed', async () => {
  const { at, find, send, coordinator, beat, sentTo } = situation()
  await beat()
  at.nodeId = 2
  coordinator.forget()
  await beat()
  send.mockRejectedValueOnce(new Error('away'))
  await expect(beat()).rejects.toThrow('away')
  at.nodeId = 3
  await beat()
  expect(find).toHaveBeenCalledTimes(3)
  expect(sentTo()).toEqual([1, 2, 2, 3])
})

it.each([
  ['a broker that is not known', { nodeId: 2, host: 'two' }],
  ['a broker that has moved to another address', { host: 'moved' }],
  ['a broker at another port', { port: 9093 }],
])('at %s is reached after the brokers were asked for', async (_, change) => {
  const { at, refresh, coordinator, beat, sentTo } = situation()
  await beat()
  coordinator.forget()
  Object.assign(at, change)
  await beat()
  expect(refresh).toHaveBeenCalledTimes(1)
  expect(sentTo()).toEqual([1, at.nodeId])
})

it.each([
  [GROUP_COORDINATOR_NOT_AVAILABLE, 'GROUP_COORDINATOR_NOT_AVAILABLE'],
  [GROUP_AUTHORIZATION_FAILED, 'GROUP_AUTHORIZATION_FAILED'],
])('that cannot be found (%i) is looked for again by the next request', async (errorCode, type) => {
  const { at, find, beat, send } = situation()
  at.errorCode = errorCode
  const failure = await beat().catch((error) => error)
  expect(failure).toBeInstanceOf(BrokerError)
  expect(failure.message).toBe(`cannot find the coordinator of group group: ${type}`)
  at.errorCode = 0
  await beat()
  expect(find).toHaveBeenCalledTimes(2)
  expect(send).toHaveBeenCalledTimes(1)
})
