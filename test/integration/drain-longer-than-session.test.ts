import { expect, it, onTestFinished } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { assigned } from '../hazards/assignments.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('ends a drain before the session times out', async () => {
  const gate = Promise.withResolvers<void>()
  onTestFinished(() => gate.resolve())
  let running = 0
  const stuck: Plugin = {
    slug: 'stuck',
    async processEvent() {
      running += 1
      await gate.promise
    },
  }
  const settings = { SESSION_TIMEOUT_MS: '6000', REBALANCE_DRAIN_TIMEOUT_MS: '60000' }
  const s = await situation({ plugins: [stuck], partitions: 2, settings })
  await s.produce(
    [0, 1].map((partition) => ({ ...s.record(moved(`ent_${partition}`)), partition })),
  )
  const first = await s.start({ KAFKA_CLIENT_ID: 'first' })
  await until(() => running === 2, { what: 'both handlers to run' })
  await s.start({ KAFKA_CLIENT_ID: 'second' })
  onTestFinished(() => gate.resolve())
  // A partition is handed over before it is given to the other.
  const isShared = async () => {
    const found = await assigned(s.groupId, ['first', 'second'], 20_000)
    return Object.values(found).every((topics) => topics[s.topic]?.length === 1)
  }
  await until(isShared, { what: 'a partition for each', timeoutMs: 20_000 })
  expect(first.log.filter(({ msg }) => String(msg).includes('not aware of this member'))).toEqual(
    [],
  )
})
