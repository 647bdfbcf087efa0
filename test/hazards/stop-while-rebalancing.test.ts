import { describe, expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

describe('another member joins while one stops', () => {
  it('the service takes no more records, finishes what it has, commits, and leaves', async () => {
    const gate = Promise.withResolvers<void>()
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
    const late = await produceOneEach()
    gate.resolve()
    expect(await stopped).toBe('drained')
    await s.caughtUp()
    expect(byFirst.sort()).toEqual(early.sort())
    expect(second.ids().sort()).toEqual(late.sort())
  })
})
