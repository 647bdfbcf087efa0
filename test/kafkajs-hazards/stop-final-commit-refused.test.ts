import { describe, expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

describe('the coordinator refuses the final commit for a moment', () => {
  it('plain kafkajs drops a commit when a stop begins, and resolves it as if it had succeeded', async () => {
    const { topic, groupId, produce, committed } = await plainTopic(1)
    await produce(records(5, 0))
    const link = await openKafkaLink()
    link.refusesCommits = true
    const run = { autoCommit: false, eachBatch: async () => {} }
    const { consumer } = await link.through(() => plainMember({ groupId, topics: [topic], run }))
    const commit = consumer.commitOffsets([{ topic, partition: 0, offset: '5' }])
    await until(() => link.commits.length > 0, { what: 'the commit to be refused' })
    await consumer.stop()
    await expect(commit).resolves.toBeUndefined()
    expect(await committed(0)).toBe(0)
  })

  it('the service repeats the commit until the coordinator confirms it', async () => {
    const { plugin, seen } = recorder()
    // No interval commit may make up for the final one.
    const settings = { COMMIT_INTERVAL_MS: '60000' }
    const s = await situation({ plugins: [plugin], partitions: 1, settings })
    await s.publish([moved('ent_1'), moved('ent_2')])
    const link = await openKafkaLink()
    const service = await link.through(() => s.start())
    await until(() => seen.length === 2, { what: 'both events' })
    link.refusesCommits = true
    const stopped = link.through(() => service.stop())
    await until(() => link.commits.length >= 3, { what: 'three attempts' })
    link.refusesCommits = false
    expect(await stopped).toBe('drained')
    expect(await s.offsets()).toEqual([{ partition: 0, committed: 2, end: 2 }])
  })
})
