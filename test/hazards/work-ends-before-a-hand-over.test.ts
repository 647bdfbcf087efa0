import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { assigned, shared } from './assignments.ts'

const HANDLER_MS = 1_500

describe('a member is processing events of a partition that it is to hand over', () => {
  it('the service finishes and commits them first, so that the newcomer gets no duplicates', async () => {
    const gate = Promise.withResolvers<void>()
    const calls: string[] = []
    const slow: Plugin = {
      slug: 'plugin',
      async processEvent(event) {
        calls.push(event.id)
        await gate.promise
        await sleep(HANDLER_MS)
      },
    }
    // No interval commit may make up for the one before the hand-over.
    const settings = { COMMIT_INTERVAL_MS: '60000' }
    const s = await situation({ plugins: [slow], partitions: 2, settings })
    const events = Array.from({ length: 6 }, (_, n) => moved(`ent_${n}`))
    await s.produce(events.map((event, n) => ({ ...s.record(event), partition: n % 2 })))
    await s.start({ KAFKA_CLIENT_ID: 'first' })
    await until(() => calls.length === 6, { what: 'all events to be in progress' })
    onTestFinished(() => gate.resolve())
    await s.start({ KAFKA_CLIENT_ID: 'second' })
    await assigned(s.groupId, ['first', 'second'])
    gate.resolve()
    const { second } = await shared(s.groupId, s.topic, ['first', 'second'])
    const [moves] = second![s.topic] as [number]
    expect((await s.offsets())[moves]).toMatchObject({ committed: 3 })
    const last = [moved('ent_0'), moved('ent_1')]
    await s.produce(last.map((event, partition) => ({ ...s.record(event), partition })))
    await until(() => last.every(({ id }) => calls.includes(id)), { what: 'the last events' })
    expect(calls.slice(0, 6).sort()).toEqual(events.map(({ id }) => id).sort())
    expect(calls).toHaveLength(8)
  })
})
