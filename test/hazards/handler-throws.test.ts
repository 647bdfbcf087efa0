import { describe, expect, it } from 'vitest'
import { entityKey } from '../../src/event/entity-key.ts'
import { INVENTORY_KINDS } from '../../src/event/kinds.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved, wasted } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

const missing = undefined as unknown as { length: number }

describe('plugin code throws a TypeError', () => {
  it('plain kafkajs stops for good, in a process that keeps running', async () => {
    const { topic, groupId, produce, committed } = await plainTopic(1)
    await produce(records(5, 0))
    const eachMessage = async () => void missing.length
    const { crashes } = await plainMember({ groupId, topics: [topic], run: { eachMessage } })
    await until(() => crashes.length > 0, { what: 'the crash' })
    expect(crashes).toMatchObject([{ restart: false }])
    const { groups } = await withAdmin((admin) => admin.describeGroups([groupId]))
    expect(groups[0]).toMatchObject({ state: 'Empty', members: [] })
    expect(await committed(0)).toBe(0)
  })

  it('the service dead-letters that event, and handles all others', async () => {
    const done: string[] = []
    const careless: Plugin = {
      slug: 'careless',
      retry: { maxAttempts: 2, initialDelayMs: 10 },
      wantsProcessEvent: (name) => (name === 'inventory.wasted' ? missing.length > 0 : true),
      processEvent(event) {
        if (entityKey(INVENTORY_KINDS, event) === 'bad') return void missing.length
        done.push(event.id)
      },
    }
    const s = await situation({ plugins: [careless], partitions: 2 })
    const good = Array.from({ length: 20 }, (_, n) => moved(`ent_${n}`, n))
    await s.publish([moved('bad'), wasted('ent_0'), ...good])
    const service = await s.start()
    await s.caughtUp(20_000)

    expect(done.sort()).toEqual(good.map(({ id }) => id).sort())
    const reasons = (await s.letters()).map(({ headers }) => headers['dlq.reason'])
    expect(reasons.sort()).toEqual(['exhausted', 'filter'])
    expect(await service.metric('rebalances_total')).toBe(1)
    expect(service.failures).toEqual([])
  })
})
