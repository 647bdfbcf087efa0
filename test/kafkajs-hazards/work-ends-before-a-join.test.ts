import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsumerRunConfig } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { deferred } from '../../src/util/deferred.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { assigned, rebalancing } from './assignments.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

const HANDLER_MS = 1_500

describe('a member is processing records when another joins', () => {
  it('plain kafkajs does not wait until they are done and committed', async () => {
    const { topic, groupId, produce } = await plainTopic(2)
    await produce(records(3, 0, 1))
    const calls: string[] = []
    const underWay: Promise<void>[] = []
    const take: ConsumerRunConfig['eachBatch'] = async ({ batch }) => {
      for (const { offset } of batch.messages) {
        calls.push(`${batch.partition}/${offset}`)
        underWay.push(sleep(HANDLER_MS))
      }
    }
    const member = { groupId, topics: [topic], run: { autoCommit: false, eachBatch: take } }
    const first = await plainMember(member)
    const { consumer } = first
    consumer.on(consumer.events.REBALANCING, async () => {
      await Promise.all(underWay)
      const partitions = [0, 1].map((partition) => ({ topic, partition, offset: '3' }))
      await consumer.commitOffsets(partitions)
    })
    await until(() => calls.length === 6, { what: 'all records to be in progress' })
    await plainMember(member)
    await until(() => calls.length >= 9, { what: 'the newcomer to handle some again' })
    expect(new Set(calls).size).toBe(6)
  })

  it('the service finishes and commits them first, so that the newcomer gets no duplicates', async () => {
    const gate = deferred()
    const calls: string[] = []
    const slow: Plugin = {
      slug: 'plugin',
      async processEvent(event) {
        calls.push(event.id)
        await gate.promise
        await sleep(HANDLER_MS)
      },
    }
    // No interval commit may make up for the one before the join.
    const settings = { COMMIT_INTERVAL_MS: '60000' }
    const s = await situation({ plugins: [slow], partitions: 2, settings })
    const events = Array.from({ length: 6 }, (_, n) => moved(`ent_${n}`))
    await s.produce(events.map((event, n) => ({ ...s.record(event), partition: n % 2 })))
    await s.start({ KAFKA_CLIENT_ID: 'first' })
    await until(() => calls.length === 6, { what: 'all events to be in progress' })
    onTestFinished(() => gate.resolve())
    const joined = s.start({ KAFKA_CLIENT_ID: 'second' })
    await rebalancing(s.groupId)
    gate.resolve()
    await joined
    await assigned(s.groupId, ['first', 'second'])
    expect(await s.offsets()).toMatchObject([{ committed: 3 }, { committed: 3 }])
    const last = [moved('ent_0'), moved('ent_1')]
    await s.produce(last.map((event, partition) => ({ ...s.record(event), partition })))
    await until(() => last.every(({ id }) => calls.includes(id)), { what: 'the last events' })
    expect(calls.slice(0, 6).sort()).toEqual(events.map(({ id }) => id).sort())
    expect(calls).toHaveLength(8)
  })
})
