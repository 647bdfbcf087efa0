import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('dead-letters other content with a used id, once per content', async () => {
  const { plugin, seen } = recorder()
  const s = await situation({ plugins: [plugin] })
  const first = moved('ent_1', 1)
  const other = moved('ent_1', 2, first.id)
  const third = moved('ent_2', 1, first.id)
  const service = await s.start()
  await s.publish([first])
  await s.caughtUp()
  await s.publish([other, third, other, first])
  await s.caughtUp()

  expect(seen).toEqual([first])
  const letters = await s.letters()
  expect(letters).toHaveLength(2)
  for (const event of [other, third]) {
    const { key, value } = s.record(event)
    expect(letters).toContainEqual(
      expect.objectContaining({
        key,
        value,
        headers: expect.objectContaining({
          ce_id: first.id,
          'dlq.reason': 'conflict',
          'dlq.plugin': 'recorder',
        }),
      }),
    )
  }
  expect(await service.metric('idempotency_conflicts_total')).toBe(2)
  expect(await service.metric('deliveries_total{outcome="duplicate"}')).toBe(2)
})
