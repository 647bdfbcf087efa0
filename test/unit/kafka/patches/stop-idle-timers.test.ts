import { createRequire } from 'node:module'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { stopIdleTimers } from '../../../../src/kafka/patches/stop-idle-timers.ts'

const require = createRequire(import.meta.url)
const RequestQueue = require('kafkajs/src/network/requestQueue')

afterEach(() => void vi.useRealTimers())

function queue() {
  return new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test',
    logger: { debug() {} },
  })
}

it('arms no timer while no request is pending, and still sends pending ones', () => {
  vi.useFakeTimers()
  expect(stopIdleTimers()).toBe(true)
  const idle = queue()
  idle.checkPendingRequests()
  expect(vi.getTimerCount()).toBe(0)

  const busy = queue()
  const sent: number[] = []
  const push = (correlationId: number) =>
    busy.push({
      entry: { correlationId },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    })
  push(1)
  push(2)
  expect(sent).toEqual([1])
  busy.inflight.clear()
  vi.advanceTimersByTime(50)
  expect(sent).toEqual([1, 2])
})

it('does not patch a kafkajs that would no longer send pending requests', async () => {
  vi.resetModules()
  const fresh = await import('../../../../src/kafka/patches/stop-idle-timers.ts')
  const { prototype } = RequestQueue
  const before = prototype.scheduleCheckPendingRequests
  onTestFinished(() => {
    prototype.scheduleCheckPendingRequests = before
  })
  const never = () => {}
  prototype.scheduleCheckPendingRequests = never
  expect(fresh.stopIdleTimers()).toBe(false)
  expect(prototype.scheduleCheckPendingRequests).toBe(never)
})

it('supports the installed version of kafkajs', () => {
  expect(require('kafkajs/package.json').version).toBe('2.2.4')
})
