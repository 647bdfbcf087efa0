import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

const SESSION_MS = 6_000
const HANDLER_MS = 9_000

describe('a handler takes longer than the session', () => {
  it('plain kafkajs is evicted, and handles the record repeatedly', async () => {
    const { topic, groupId, produce, committed } = await plainTopic(2)
    await produce(records(1, 0))
    let calls = 0
    const eachMessage = async () => {
      calls += 1
      await sleep(HANDLER_MS)
    }
    const config = { sessionTimeout: SESSION_MS, retry: { retries: 2, initialRetryTime: 100 } }
    await plainMember({ groupId, topics: [topic], run: { eachMessage }, config })
    await until(() => calls >= 2, { what: 'a second call for the one record' })
    expect(await committed(0)).toBe(0)
  })

  it('the service stays a member, calls the handler once and commits', async () => {
    const calls: string[] = []
    const slow: Plugin = {
      slug: 'slow',
      async processEvent(event) {
        calls.push(event.id)
        await sleep(HANDLER_MS)
      },
    }
    const settings = { SESSION_TIMEOUT_MS: `${SESSION_MS}` }
    const s = await situation({ plugins: [slow], partitions: 2, settings })
    const event = moved('ent_1')
    await s.publish([event])
    const service = await s.start()
    await s.caughtUp(25_000)
    expect(calls).toEqual([event.id])
    expect(await service.metric('rebalances_total')).toBe(1)
  })
})
