import { describe, expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { HOLDS_MS, until } from '../support/stack.ts'

describe('partitions that are paused, lost to another member and regained', () => {
  it('the service reads them again', async () => {
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const { plugin, ids } = recorder()
    const stalling = { ...plugin, processEvent: () => gate }
    const s = await situation({
      plugins: [stalling],
      partitions: 2,
      settings: { MAX_IN_FLIGHT_BYTES: '1048576', REBALANCE_DRAIN_TIMEOUT_MS: '0' },
    })
    const name = 'x'.repeat(100_000)
    const large = Array.from({ length: 24 }, (_, n) => {
      const event = moved(`ent_${n}`, n)
      return { ...event, entity: { ...event.entity, name } }
    })
    for (const [n, event] of large.entries()) {
      await s.produce([{ ...s.record(event), partition: n % 2 }])
    }
    const first = await s.start()
    const paused = async () => (await first.metric('paused_partitions')) === 2
    await until(paused, { what: 'both partitions to be paused', timeoutMs: HOLDS_MS })

    const second = await s.start({}, [{ ...plugin, slug: 'recorder' }])
    const shared = async () => (await s.members()).filter((each) => each.length === 1).length === 2
    await until(shared, { what: 'both members to have a partition', timeoutMs: HOLDS_MS })
    const isLess = async () => (await first.metric('paused_partitions')) === 1
    await until(isLess, { what: 'the first to have given one up', timeoutMs: HOLDS_MS })
    await second.stop()
    const regained = async () => (await s.members()).some((each) => each.length === 2)
    await until(regained, { what: 'the first to have both again', timeoutMs: HOLDS_MS })
    const fresh = [0, 1].map((partition) => ({ ...s.record(moved(`new_${partition}`)), partition }))
    await s.produce(fresh)
    open()
    await s.caughtUp(HOLDS_MS)
    expect(first.failures).toEqual([])
    expect(ids().length).toBeLessThanOrEqual(12)
  })
})
