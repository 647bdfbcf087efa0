import type { Consumer } from 'kafkajs'
import { expect, it } from 'vitest'
import { Liveness } from '../../../../src/kafka/consumer/liveness.ts'

it('distinguishes attempts from responses', () => {
  let nowMs = 0
  const signs = new Liveness({ now: () => nowMs })
  nowMs = 10
  signs.tried()
  expect([signs.sinceFetchMs, signs.sinceHeartbeatMs]).toEqual([0, 10])
  nowMs = 20
  signs.heard()
  nowMs = 25
  expect([signs.sinceFetchMs, signs.sinceHeartbeatMs]).toEqual([5, 5])
})

it('counts a response from its request, since a frozen process reads it late', () => {
  let nowMs = 0
  const signs = new Liveness({ now: () => nowMs })
  const listeners = new Map<string, (event: object) => void>()
  const events = { REQUEST: 'request', GROUP_JOIN: 'join', HEARTBEAT: 'beat', FETCH_START: 'fetch' }
  const on = (name: string, listener: (event: object) => void) => listeners.set(name, listener)
  signs.listen({ on, events } as unknown as Pick<Consumer, 'on' | 'events'>)
  const tell = (name: string, payload = {}) => listeners.get(name)!({ payload })
  nowMs = 20_000
  tell('request', { apiName: 'Heartbeat', sentAt: 1_000 })
  tell('request', { apiName: 'Fetch', sentAt: 20_000 })
  tell('beat')
  expect(signs.sinceHeartbeatMs).toBe(19_000)
  tell('request', { apiName: 'SyncGroup', sentAt: 20_000 })
  tell('join')
  expect(signs.sinceHeartbeatMs).toBe(0)
  nowMs = 20_500
  tell('fetch')
  expect([signs.sinceFetchMs, signs.sinceHeartbeatMs]).toEqual([0, 500])
})
