import { definePlugin, type Plugin } from 'inventory-events'
import { expect, it } from 'vitest'
import { seededRandom } from '../../../../src/dev/workload/random.ts'
import { nameOf } from '../../../../src/event/guards.ts'
import { INVENTORY_KINDS, kindNames } from '../../../../src/event/kinds.ts'
import { defaultsFrom, withDefaults } from '../../../../src/plugin/loaded-plugin.ts'
import { generateEvents, namesFor } from '../../../../src/testing/certify/generate-events.ts'
import { config } from '../../../../src/testing/test-process.ts'

function generated(plugin: Plugin, count = 50) {
  const loaded = withDefaults(plugin, 'test', defaultsFrom(config))
  const names = namesFor(INVENTORY_KINDS, loaded)
  return generateEvents(INVENTORY_KINDS, loaded, names, count, seededRandom(1))
}

it('makes valid events of every kind, the same for a seed', () => {
  const plugin = definePlugin({ slug: 'all', wants: ['inventory.*'], processEvent() {} })
  const events = generated(plugin, 200)
  expect(new Set(events.map(nameOf))).toEqual(new Set(kindNames(INVENTORY_KINDS)))
  expect(events.length).toBe(200)
  expect(generated(plugin, 200)).toEqual(events)
})

it('makes events of the names that are wanted, known or not', () => {
  const names = (plugin: Plugin) => [...new Set(generated(plugin).map(nameOf))].sort()
  const listed = ['inventory.teleported', 'mine', 'stockitem.moved', 'ours.*']
  expect(names(definePlugin({ slug: 'a', wants: listed, processEvent() {} }))).toEqual([
    ...['inventory.teleported', 'mine', 'ours.happened', 'stockitem.moved'],
  ])
  const wantsProcessEvent = (name: string) => name.endsWith('.saved')
  expect(names(definePlugin({ slug: 'b', wantsProcessEvent, processEvent() {} }))).toEqual([
    'stock_stockitem.saved',
  ])
})

it.each([
  { exact: { 'data.to.name': 'Freezer 7' } },
  { in: { 'data.entity.id': ['lot_1', 'lot_2'] } },
  { prefix: { 'data.entity.name': 'LOT-' } },
  { suffix: { 'data.entity.productId': '-cold' } },
  { gt: { 'data.entity.quantity': 5_000_000 } },
  { lte: { 'data.entity.quantity': -3 } },
  { exists: { 'data.entity.attributes.maxCelsius': true } },
  { lt: { 'data.entity.attributes.maxCelsius': -20 } },
  { not: { in: { 'data.to.name': ['Cold Storage', 'Receiving Bay'] } } },
  { all: [{ exact: { 'data.from.id': 'a' } }, { any: [{ exact: { 'data.to.id': 'b' } }] }] },
  { gte: { 'data.time': '2027-01-01T00:00:00Z' } },
])('makes events that match %j', (where) => {
  const wants = ['inventory.moved']
  const plugin = { slug: 'filtered', wants, where, processEvent() {} } as Plugin
  expect(generated(plugin).length).toBe(50)
})
