import { describe, expect, it } from 'vitest'
import { entityKey } from '../../src/event/entity-key.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved, wasted } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

const fail = (): never => {
  throw new Error('downstream says no')
}

describe('plugin code throws an Error', () => {
  it('plain kafkajs leaves and rejoins the group repeatedly', async () => {
    const { topic, groupId, produce } = await plainTopic(2)
    await produce(records(1, 0))
    const eachMessage = async () => fail()
    const config = { retry: { retries: 1, initialRetryTime: 50 } }
    const member = await plainMember({ groupId, topics: [topic], run: { eachMessage }, config })
    await until(() => member.joins.length >= 4, { what: 'four joins' })
    expect(member.crashes.length).toBeGreaterThanOrEqual(3)
    expect(member.crashes.every(({ restart }) => restart)).toBe(true)
  })

  it('the service retries in the lane, and stays in the group', async () => {
    let calls = 0
    const done: string[] = []
    const failing: Plugin = {
      slug: 'failing',
      retry: { maxAttempts: 1_000, initialDelayMs: 1, maxDelayMs: 10 },
      wantsProcessEvent: (name) => (name === 'inventory.wasted' ? fail() : true),
      processEvent(event) {
        if (entityKey(event) !== 'bad') return void done.push(event.id)
        calls += 1
        fail()
      },
    }
    const s = await situation({ plugins: [failing], partitions: 2 })
    const good = Array.from({ length: 20 }, (_, n) => moved(`ent_${n}`, n))
    await s.publish([moved('bad'), wasted('ent_0'), ...good])
    const service = await s.start()
    await until(() => calls >= 30 && done.length >= good.length, {
      what: '30 calls for the event that fails, and all others done',
      timeoutMs: 20_000,
    })
    expect(done.sort()).toEqual(good.map(({ id }) => id).sort())
    expect(await service.metric('rebalances_total')).toBe(1)
    expect(service.failures).toEqual([])
  })
})
