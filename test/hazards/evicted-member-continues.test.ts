import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { assigned } from './assignments.ts'
import { evict } from './leave-group.ts'

describe('the group evicts a member that is processing records', () => {
  it('the service abandons them at once', async () => {
    const gate = Promise.withResolvers<void>()
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
