import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { shared } from './assignments.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

describe('work on a partition ends after the partition has moved to another member', () => {
  it('plain kafkajs commits it all the same, overwriting the commit of the new owner', async () => {
    const { topic, groupId, produce, committed } = await plainTopic(2)
    await produce(records(5, 0, 1))
    const run = { autoCommit: false, eachBatch: async () => {} }
    const first = await plainMember({ groupId, topics: [topic], run })
    await until(() => first.partitionsOf(topic).length === 2, { what: 'the first to own both' })
    const second = await plainMember({ groupId, topics: [topic], run })
    await until(() => first.partitionsOf(topic).length === 1, { what: 'the first to lose one' })
    const [partition] = second.partitionsOf(topic) as [number]
    await second.consumer.commitOffsets([{ topic, partition, offset: '5' }])
    await first.consumer.commitOffsets([{ topic, partition, offset: '1' }])
    expect(await committed(partition)).toBe(1)
  })

  it('the service does not commit it', async () => {
    const gate = Promise.withResolvers<void>()
    const started = new Set<string>()
    const slow: Plugin = {
      slug: 'plugin',
      async processEvent(event) {
        started.add(event.id)
        await gate.promise
      },
    }
    const quick: Plugin = { slug: 'plugin', processEvent() {} }
    const settings = { REBALANCE_DRAIN_TIMEOUT_MS: '200' }
    const s = await situation({ plugins: [], partitions: 2, settings })
    const some = (from: number) =>
      [0, 1].flatMap((partition) =>
        Array.from({ length: 5 }, (_, n) => ({
          ...s.record(moved(`${partition}-${n + from}`)),
          partition,
        })),
      )
    await s.produce(some(0))
    await s.start({ KAFKA_CLIENT_ID: 'first' }, [slow])
    await until(() => started.size === 10, { what: 'all events to be in their handlers' })
    onTestFinished(() => gate.resolve())
    await s.start({ KAFKA_CLIENT_ID: 'second' }, [quick])
    const { first, second } = await shared(s.groupId, s.topic, ['first', 'second'])
    const [kept] = first![s.topic] as [number]
    const [lost] = second![s.topic] as [number]
    await s.produce(some(5))
    const committed = async (partition: number) => (await s.offsets())[partition]!.committed
    await until(async () => (await committed(lost)) === 10, { what: 'the new owner to commit' })
    gate.resolve()
    await until(async () => (await committed(kept)) === 10, { what: 'the old owner to commit' })
    expect(await committed(lost)).toBe(10)
  })
})
