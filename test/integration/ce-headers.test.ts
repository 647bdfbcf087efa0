import { expect, it } from 'vitest'
import { moved, pluginEvent } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('handles records without headers', async () => {
  const moves = recorder('inventory.moved', 'moves')
  const named = recorder('stockitem.moved', 'named')
  const s = await situation({ plugins: [moves.plugin, named.plugin] })
  const move = moved('ent_1')
  const stock = pluginEvent('stockitem.moved', { id: 'ent_1' })
  await s.produce([move, stock].map((event) => ({ ...s.record(event), headers: {} })))
  const service = await s.start()
  await s.caughtUp()
  expect(moves.seen).toEqual([move])
  expect(named.seen).toEqual([stock])
  expect(await service.metric('header_mismatches_total')).toBe(0)
  expect(await s.letters()).toEqual([])
})

it('trusts the payload over contradicting headers, and counts the mismatch', async () => {
  const moves = recorder('inventory.moved', 'moves')
  const wastes = recorder('inventory.wasted', 'wastes')
  const named = recorder('stockitem.moved', 'named')
  const s = await situation({ plugins: [moves.plugin, wastes.plugin, named.plugin] })
  const move = moved('ent_1')
  const stock = pluginEvent('stockitem.moved', { id: 'ent_1' })
  const lie = { ce_type: 'inventory.wasted', ce_id: 'another', ce_time: 'never' }
  await s.produce([
    { ...s.record(move), headers: lie },
    { ...s.record(stock), headers: lie },
    { ...s.record(moved('ent_2')), headers: { ce_id: ['x', 'y'] } },
    s.record(moved('ent_3')),
  ])
  const service = await s.start()
  await s.caughtUp()
  expect(moves.seen).toHaveLength(3)
  expect(moves.seen).toContainEqual(move)
  expect(named.seen).toEqual([stock])
  expect(wastes.seen).toEqual([])
  expect(await service.metric('header_mismatches_total')).toBe(3)
  expect(await s.letters()).toEqual([])
})
