import { describe, expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { assigned } from './assignments.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

describe('the connection is reset while a rejoin looks up the coordinator', () => {
  it('plain kafkajs stops for good, and resolves a pending commit as if it had succeeded', async () => {
    const { topic, groupId, produce, committed } = await plainTopic(2)
    await produce(records(5, 0, 1))
    const link = await openKafkaLink()
    const member = {
      groupId,
      topics: [topic],
      run: { autoCommit: false, eachBatch: async () => {} },
    }
    const first = await link.through(() => plainMember(member))
    await until(() => first.partitionsOf(topic).length === 2, { what: 'the first to own both' })

    link.refusesCommits = true
    const commit = first.consumer.commitOffsets([{ topic, partition: 0, offset: '5' }])
    link.resetsAtFindCoordinator = true
    await plainMember(member)
    await until(() => first.crashes.length > 0, { what: 'the crash' })
    expect(first.crashes).toMatchObject([{ restart: false }])
    await expect(commit).resolves.toBeUndefined()
    expect(await committed(0)).toBe(0)
  })

  it('the service starts a new consumer in the same process, and continues', async () => {
    const { plugin, ids } = recorder()
    const s = await situation({ plugins: [plugin], partitions: 2 })
    const link = await openKafkaLink()
    const first = await link.through(() => s.start({ KAFKA_CLIENT_ID: 'first' }))
    const events = Array.from({ length: 20 }, (_, n) => moved(`ent_${n}`))
    await s.publish(events.slice(0, 10))
    await s.caughtUp()
    link.resetsAtFindCoordinator = true
    await s.start({ KAFKA_CLIENT_ID: 'second' })
    await until(() => !link.resetsAtFindCoordinator, { what: 'the reset' })
    await until(async () => (await first.metric('rebalances_total')) >= 2, {
      what: 'the first to join again',
      timeoutMs: 20_000,
    })
    await assigned(s.groupId, ['first', 'second'])
    await s.publish(events.slice(10))
    await s.caughtUp(20_000)
    expect(new Set(ids())).toEqual(new Set(events.map(({ id }) => id)))
    const crash = first.log.find(({ msg }) => /the consumer crashed; starting/.test(String(msg)))
    expect(crash).toBeDefined()
    expect(first.failures).toEqual([])
  })
})
