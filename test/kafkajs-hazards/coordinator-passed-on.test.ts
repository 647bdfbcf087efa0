import type { EachBatchPayload } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

/**
 * The group has moved to another broker, which knows the member, so its heartbeats succeed. A
 * member whose join failed while that broker was loading still commits to the old one.
 */
describe('commits go to a broker that is no longer the coordinator', () => {
  it('plain kafkajs keeps committing to it, in the same generation', async () => {
    const { topic, groupId, produce } = await plainTopic(1)
    await produce(records(3, 0))
    const link = await openKafkaLink()
    link.disownsGroup = true
    let payload: EachBatchPayload | undefined
    const eachBatch = async (each: EachBatchPayload) => {
      payload = each
    }
    await link.through(() =>
      plainMember({ groupId, topics: [topic], run: { autoCommit: false, eachBatch } }),
    )
    await until(() => payload !== undefined, { what: 'the member to have a batch' })
    const offsets = { topics: [{ topic, partitions: [{ partition: 0, offset: '1' }] }] }
    for (let n = 0; n < 5; n++) {
      await expect(payload!.commitOffsetsIfNecessary(offsets)).rejects.toThrow('coordinator')
    }
    expect(new Set(link.commits.map(({ generation }) => generation)).size).toBe(1)
  })

  it('the service rejoins, which finds the new coordinator', async () => {
    const plugin: Plugin = { slug: 'plugin', processEvent() {} }
    const s = await situation({ plugins: [plugin], partitions: 1 })
    const link = await openKafkaLink()
    link.disownsGroup = true
    await link.through(() => s.start())
    await s.produce([s.record(moved('ent_1'))])
    await until(() => link.commits.length > 0, { what: 'a commit to be refused' })
    const { generation } = link.commits[0]!
    const joinedAgain = () => link.commits.some((commit) => commit.generation > generation)
    await until(joinedAgain, { what: 'the service to rejoin', timeoutMs: 30_000 })
    link.disownsGroup = false
    await s.caughtUp(30_000)
  })
})
