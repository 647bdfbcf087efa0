import { expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { writerOf } from '../support/avro.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('delivers an event of an unknown kind to the plugin that wants its name', async () => {
  const counted = recorder('inventory.counted', 'counted')
  const others = recorder('inventory.moved', 'others')
  const s = await situation({ plugins: [counted.plugin, others.plugin] })
  const event = {
    id: 'evt-1',
    kind: 'inventory.counted',
    time: '2024-01-15T10:30:00.123456Z',
    entityId: 'ent_1',
    count: { expected: 12, found: [11, null, 'a few'] },
  } as unknown as Event
  await s.publish([event, event])
  await s.start()
  await s.caughtUp()
  expect(counted.seen).toEqual([event])
  expect(others.seen).toEqual([])
  expect(await s.letters()).toEqual([])
})

it('delivers a record of a foreign schema to the plugin that wants its ce_type', async () => {
  const recalled = recorder('inventory.recalled', 'recalled')
  const byRecord = recorder('somebody.else.Recall', 'by-record')
  const s = await situation({ plugins: [recalled.plugin, byRecord.plugin] })
  const { encode } = await writerOf(s.topic, {
    type: 'record',
    name: 'Recall',
    namespace: 'somebody.else',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'lots', type: { type: 'array', items: 'string' } },
    ],
  })
  const time = '2024-02-01T00:00:00Z'
  const headers = { ce_type: 'inventory.recalled', ce_time: time }
  const value = encode({ id: 'r-1', lots: ['A', 'B'] })
  await s.produce([
    { key: 'ent_1', value, headers },
    { key: 'ent_1', value },
  ])
  await s.start()
  await s.caughtUp()
  const payload = { id: 'r-1', lots: ['A', 'B'] }
  expect(recalled.seen).toEqual([{ ...payload, kind: 'inventory.recalled', time, payload }])
  expect(byRecord.seen).toMatchObject([{ id: 'r-1', kind: 'somebody.else.Recall' }])
  expect(await s.letters()).toEqual([])
})
