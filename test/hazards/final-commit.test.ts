import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { ERRORS } from './kafka-requests.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

const HANDLER_MS = 3_000

describe('the last commit before a member leaves', () => {
  it('plain kafkajs silently drops one that comes after a stop has begun', async () => {
    const { topic, groupId, produce, committed } = await plainTopic(1)
    await produce(records(2, 0))
    const taken: string[] = []
    const { consumer } = await plainMember({
      groupId,
      topics: [topic],
      run: {
        autoCommit: false,
        eachBatch: async ({ batch }) => void taken.push(...batch.messages.map((m) => m.offset)),
      },
    })
    await until(() => taken.length === 2, { what: 'both records' })
    const stopped = consumer.stop()
    await expect(
      consumer.commitOffsets([{ topic, partition: 0, offset: '2' }]),
    ).resolves.toBeUndefined()
    await stopped
    expect(await committed(0)).toBe(0)
  })

  it('the service waits for what runs, and commits it', async () => {
    const calls: string[] = []
    const slow: Plugin = {
      slug: 'slow',
      async processEvent(event) {
        calls.push(event.id)
        await sleep(HANDLER_MS)
      },
    }
    // No interval commit may make up for the final one.
    const settings = { COMMIT_INTERVAL_MS: '60000' }
    const s = await situation({ plugins: [slow], partitions: 1, settings })
    await s.publish([moved('ent_1'), moved('ent_2')])
    const service = await s.start()
    await until(() => calls.length === 2, { what: 'both events to be in their handlers' })
    expect(await service.stop()).toBe('drained')
    expect(await s.offsets()).toEqual([{ partition: 0, committed: 2, end: 2 }])
    expect(await s.members()).toEqual([])
  })

  it('the service repeats it until the coordinator confirms it', async () => {
    const { plugin, seen } = recorder()
    // No interval commit may make up for the final one.
    const settings = { COMMIT_INTERVAL_MS: '60000' }
    const s = await situation({ plugins: [plugin], partitions: 1, settings })
    await s.publish([moved('ent_1'), moved('ent_2')])
    const link = await openKafkaLink()
    const service = await link.through(() => s.start())
    await until(() => seen.length === 2, { what: 'both events' })
    link.refused.set('commit', ERRORS.COORDINATOR_LOAD_IN_PROGRESS)
    const stopped = link.through(() => service.stop())
    await until(() => link.commits.length >= 3, { what: 'three attempts' })
    link.refused.clear()
    expect(await stopped).toBe('drained')
    expect(await s.offsets()).toEqual([{ partition: 0, committed: 2, end: 2 }])
  })
})
