import { expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('commits nothing beyond an event that is being handled, and redelivers after a stop', async () => {
  const gate = Promise.withResolvers<void>()
  const calls: string[] = []
  const plugin: Plugin = {
    slug: 'gated',
    async processEvent(event, { record }) {
      calls.push(event.id)
      if (record.partition === 0 && record.offset === 5) await gate.promise
    },
  }
  const s = await situation({ plugins: [plugin], partitions: 2 })
  const events = Array.from({ length: 20 }, (_, n) => moved(`ent_${n}`))
  const records = events.map((event) => ({ ...s.record(event), partition: 0 }))
  await s.produce(records)
  const first = await s.start({ DRAIN_TIMEOUT_MS: '0' })
  await until(() => calls.length === 20, { what: 'all to be called' })
  // A commit of the other partition proves that a commit was made after that.
  await s.produce([{ ...s.record(moved('other')), partition: 1 }])
  await until(async () => (await s.offsets())[1]?.committed === 1, { what: 'the commit of 1' })
  expect((await s.offsets())[0]).toEqual({ partition: 0, committed: 5, end: 20 })
  expect(await first.metric('consumer_lag{partition="0"}')).toBe(15)
  expect(await first.metric('oldest_unsettled_age_seconds{partition="0"}')).toBeGreaterThan(0)

  expect(await first.stop()).toBe('limit')
  expect((await s.offsets())[0]).toEqual({ partition: 0, committed: 5, end: 20 })
  gate.resolve()
  await s.start()
  await s.caughtUp()
  const twice = calls.filter((id, index) => calls.indexOf(id) !== index)
  expect(twice.sort()).toEqual(
    events
      .slice(5)
      .map(({ id }) => id)
      .sort(),
  )
})
