import type { Batch } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { deferred } from '../../src/util/deferred.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { assigned } from './assignments.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

describe('another member joins while one stops', () => {
  it('plain kafkajs gives it records that the stopping member is still processing', async () => {
    const { topic, groupId, produce } = await plainTopic(2)
    await produce(records(1, 0, 1))
    const taking = (taken: Set<number>) => ({
      autoCommit: false,
      eachBatch: async ({ batch }: { batch: Batch }) => void taken.add(batch.partition),
    })
    const [byFirst, bySecond] = [new Set<number>(), new Set<number>()]
    const member = { groupId, topics: [topic] }
    const first = await plainMember({ ...member, run: taking(byFirst) })
    await until(() => byFirst.size === 2, { what: 'the first to have taken both' })
    const stopped = first.consumer.stop()
    await plainMember({ ...member, run: taking(bySecond) })
    await stopped
    await until(() => bySecond.size === 2, { what: 'the second to have taken both again' })
    expect(bySecond).toEqual(byFirst)
  })

  it('the service takes no more records, finishes what it has, commits, and leaves', async () => {
    const gate = deferred()
    const byFirst: string[] = []
    const waiting: Plugin = {
      slug: 'plugin',
      async processEvent(event) {
        byFirst.push(event.id)
        await gate.promise
      },
    }
    const second = recorder(undefined, 'plugin')
    const settings = { REBALANCE_DRAIN_TIMEOUT_MS: '200' }
    const s = await situation({ plugins: [], partitions: 2, settings })
    const produceOneEach = async () => {
      const events = [moved('ent_0'), moved('ent_1')]
      await s.produce(events.map((event, partition) => ({ ...s.record(event), partition })))
      return events.map(({ id }) => id)
    }
    const early = await produceOneEach()
    const service = await s.start({ KAFKA_CLIENT_ID: 'first' }, [waiting])
    await until(() => byFirst.length === 2, { what: 'both handlers to run' })

    const stopped = service.stop()
    onTestFinished(() => gate.resolve())
    await s.start({ KAFKA_CLIENT_ID: 'second' }, [second.plugin])
    const found = await assigned(s.groupId, ['first', 'second'], 15_000)
    const [kept] = found.first![s.topic] as [number]
    const [lost] = found.second![s.topic] as [number]
    const late = await produceOneEach()
    await until(() => second.ids().includes(late[lost]!), { what: 'the second to continue' })
    gate.resolve()
    expect(await stopped).toBe('drained')
    await s.caughtUp()
    expect(new Set(byFirst)).toEqual(new Set(early))
    expect(second.ids()).toContain(late[kept])
    expect(second.ids()).not.toContain(early[kept])
  })
})
