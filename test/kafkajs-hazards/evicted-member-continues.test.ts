import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { deferred } from '../../src/util/deferred.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { assigned } from './assignments.ts'
import { evict } from './leave-group.ts'
import { plainMember, plainTopic, records } from './plain-member.ts'

describe('the group evicts a member that is processing records', () => {
  it('plain kafkajs continues with records that now belong to others', async () => {
    const { topic, groupId, produce } = await plainTopic(1)
    await produce(records(3, 0))
    const gate = deferred()
    onTestFinished(() => gate.resolve())
    const byFirst: string[] = []
    const bySecond: string[] = []
    const member = { groupId, topics: [topic] }
    await plainMember({
      ...member,
      clientId: 'first',
      run: {
        eachBatch: async ({ batch }) => {
          for (const { offset } of batch.messages) {
            byFirst.push(offset)
            await gate.promise
          }
        },
      },
    })
    await until(() => byFirst.length === 1, { what: 'the first to be at work' })
    await evict(groupId, 'first')
    const eachMessage = async ({ message }: { message: { offset: string } }) =>
      void bySecond.push(message.offset)
    await plainMember({ ...member, clientId: 'second', run: { eachMessage } })
    await until(() => bySecond.length === 3, { what: 'the second to have handled all' })
    gate.resolve()
    await until(() => byFirst.length === 3, { what: 'the first to handle them as well' })
  })

  it('the service abandons them at once', async () => {
    const gate = deferred()
    const calls: string[] = []
    let abort: AbortSignal | undefined
    const slow: Plugin = {
      slug: 'plugin',
      concurrency: 1,
      async processEvent(event, { signal }) {
        calls.push(event.id)
        abort = signal
        await gate.promise
      },
    }
    const other = recorder(undefined, 'plugin')
    const settings = { REBALANCE_DRAIN_TIMEOUT_MS: '20000' }
    const s = await situation({ plugins: [], partitions: 1, settings })
    await s.start({ KAFKA_CLIENT_ID: 'first' }, [slow])
    await assigned(s.groupId, ['first'])
    await s.start({ KAFKA_CLIENT_ID: 'another' }, [other.plugin])
    await assigned(s.groupId, ['another', 'first'])
    await s.publish([moved('ent_1'), moved('ent_2'), moved('ent_3')])
    await until(() => calls.length === 1, { what: 'the first to be at work' })
    onTestFinished(() => gate.resolve())
    await evict(s.groupId, 'first')
    await until(() => other.seen.length === 3, {
      what: 'the other to handle all',
      timeoutMs: 15_000,
    })
    // The first learns of it at its next heartbeat. A join would wait longer for its handler.
    await until(() => abort?.aborted, { what: 'the signal to abort', timeoutMs: 4_500 })
    gate.resolve()
    await assigned(s.groupId, ['another', 'first'])
    expect(calls).toHaveLength(1)
  })
})
