import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { widen } from '../support/topic-admin.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainMember, plainTopic } from './plain-member.ts'

describe('partitions are added to a topic', () => {
  it('plain kafkajs rejoins at the member that notices, without a REBALANCING event', async () => {
    const { topic, groupId } = await plainTopic(1)
    const run = { eachMessage: async () => {} }
    const config = { metadataMaxAge: 500 }
    const member = await plainMember({ groupId, topics: [topic], run, config })
    let rebalancing = 0
    member.consumer.on(member.consumer.events.REBALANCING, () => {
      rebalancing += 1
    })
    await until(() => member.joins.length === 1, { what: 'the first join' })
    await widen(topic, 2)
    await until(() => member.partitionsOf(topic).length === 2, { what: 'both partitions' })
    expect(member.joins.length).toBeGreaterThan(1)
    expect(rebalancing).toBe(0)
  })

  it('the service commits before that join too', async () => {
    const seen: string[] = []
    const plugin: Plugin = { slug: 'plugin', processEvent: (event) => void seen.push(event.id) }
    // No interval commit may make up for the one before the join.
    const settings = { COMMIT_INTERVAL_MS: '60000' }
    const s = await situation({ plugins: [plugin], partitions: 1, settings })
    await s.publish([moved('ent_1'), moved('ent_2'), moved('ent_3')])
    const link = await openKafkaLink()
    const service = await link.through(() => s.start())
    await until(() => seen.length === 3, { what: 'the events' })
    await widen(`${s.topic}.dead-letters`, 2)
    await widen(s.topic, 2)
    // A broker that shuts down makes kafkajs refresh its metadata; otherwise that takes minutes.
    link.close()
    await until(async () => (await s.members())[0]?.length === 2, { what: 'both partitions' })
    expect((await s.offsets())[0]).toMatchObject({ committed: 3 })
    expect(service.failures).toEqual([])
  })
})
