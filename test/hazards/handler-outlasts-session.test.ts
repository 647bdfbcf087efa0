import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'

const SESSION_MS = 6_000
const HANDLER_MS = 9_000

describe('a handler takes longer than the session', () => {
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
