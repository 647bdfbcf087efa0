import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('skips tombstones, among events or alone', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: 2 })
  const [first, second] = [moved('ent_1', 1), moved('ent_1', 2)]
  const tombstone = { key: 'ent_1', value: null }
  await s.produce([
    { ...tombstone, partition: 0 },
    { ...s.record(first), partition: 0 },
    { ...tombstone, partition: 0, headers: { ce_type: 'inventory.moved', ce_id: first.id } },
    { ...s.record(second), partition: 0 },
    { ...tombstone, partition: 0 },
    { key: null, value: null, partition: 1 },
  ])
  const service = await s.start()
  await s.caughtUp()
  expect(ids()).toEqual([first.id, second.id])
  expect(await s.letters()).toEqual([])
  expect(await service.metric('records_consumed_total')).toBe(6)
  expect(await service.metric('deliveries_total')).toBe(2)
  expect(await service.metric('unaccounted_deliveries')).toBe(0)
})
