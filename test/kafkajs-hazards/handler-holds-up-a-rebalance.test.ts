import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { deferred } from '../../src/util/deferred.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { assigned } from './assignments.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

const HANDLER_MS = 8_000

describe('a member joins while a slow handler runs', () => {
  it('plain kafkajs makes it, and all others, wait for the handler', async () => {
    const { topic, groupId, produce } = await plainTopic(2)
    await produce(records(1, 0))
    let hasEnded = false
    let isRunning = false
    const eachMessage = async () => {
      isRunning = true
      await sleep(HANDLER_MS)
      hasEnded = true
    }
    const member = { groupId, topics: [topic], run: { eachMessage } }
    await plainMember(member)
    await until(() => isRunning, { what: 'the handler to run' })
    await plainMember(member)
    expect(hasEnded).toBe(true)
  })

  it('the service makes it wait for the drain limit only, and keeps the handlers of kept partitions', async () => {
    const gate = deferred()
    const calls: string[] = []
    const aborted: string[] = []
    const slow: Plugin = {
      slug: 'plugin',
      async processEvent(event, { signal }) {
        calls.push(event.id)
        await gate.promise
        if (signal.aborted) aborted.push(event.id)
      },
    }
    const quick: Plugin = { slug: 'plugin', processEvent: (event) => void calls.push(event.id) }
    const settings = { REBALANCE_DRAIN_TIMEOUT_MS: '500' }
    const s = await situation({ plugins: [], partitions: 2, settings })
    const events = [moved('ent_0'), moved('ent_1')]
    await s.produce(events.map((event, partition) => ({ ...s.record(event), partition })))
    await s.start({ KAFKA_CLIENT_ID: 'first' }, [slow])
    await until(() => calls.length === 2, { what: 'both handlers to run' })
    onTestFinished(() => gate.resolve())
    await s.start({ KAFKA_CLIENT_ID: 'second' }, [quick])
    const { first } = await assigned(s.groupId, ['first', 'second'], 15_000)
    await until(() => calls.length === 3, { what: 'the lost event to be handled again' })
    gate.resolve()
    await s.caughtUp(10_000)
    const [kept] = first![s.topic] as [number]
    expect(calls.filter((id) => id === events[kept]!.id)).toHaveLength(1)
    expect(aborted).toEqual([events[1 - kept]!.id])
  })
})
