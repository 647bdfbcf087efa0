import { definePlugin, type InventoryMovedEvent, type Where } from 'inventory-events'
import { expect, it } from 'vitest'

// The type assertions are checked by `tsc`, which is part of the lint.

const processEvent = () => {}

it('accepts the paths of the event that wantsProcessEvent selects', () => {
  definePlugin({
    slug: 'moved',
    wantsProcessEvent: (name) => name === 'inventory.moved',
    where: [
      {
        exact: { 'data.to.type': 'stage', 'data.entity.attributes.organic': true, ce_source: '/w' },
      },
      { in: { 'data.to.name': ['Freezer', 'Cold store'] } },
      { gt: { 'data.entity.quantity': 10, 'data.entity.attributes.maxCelsius': -5 } },
      { lte: { 'data.time': '2026-01-01T00:00:00Z', ce_time: '2026-01-01T00:00:00Z' } },
      { prefix: { 'data.entity.productId': 'prod_' } },
      { exists: { 'data.entity.attributes': true, 'data.entity.attributes.maxCelsius': true } },
      { any: [{ not: { suffix: { ce_type: '.moved' } } }, { all: [{ exact: { ce_id: '1' } }] }] },
    ],
    processEvent,
  })
})

it('rejects a path that the event does not have', () => {
  definePlugin({
    slug: 'misspelt',
    wantsProcessEvent: (name) => name === 'inventory.moved',
    // @ts-expect-error a path is misspelt
    where: [{ exact: { 'data.entty.name': 'x' } }],
    processEvent,
  })
  definePlugin({
    slug: 'another-kind',
    wantsProcessEvent: (name) => name === 'inventory.moved',
    // @ts-expect-error a path of another kind
    where: { exact: { 'data.entityId': 'x' } },
    processEvent,
  })
})

it('rejects values that a field never has', () => {
  const where: Where<InventoryMovedEvent> = [
    // @ts-expect-error a number
    { gt: { 'data.entity.quantity': '10' } },
    // @ts-expect-error no such node type
    { exact: { 'data.to.type': 'stag' } },
    // @ts-expect-error not a string field
    { prefix: { 'data.entity.quantity': '1' } },
    // @ts-expect-error a list of values
    { in: { 'data.to.name': 'Freezer' } },
    // @ts-expect-error only exists applies to it
    { exact: { 'data.entity': 'x' } },
    // @ts-expect-error no such dialect
    { exactly: { ce_id: 'x' } },
    // @ts-expect-error an attribute needs its prefix
    { exact: { type: 'x' } },
  ]
  expect(where).toHaveLength(7)
})

it('accepts kwargs and args of plugin events', () => {
  definePlugin({
    slug: 'plugin-events',
    wantsProcessEvent: (name) => name === 'stockitem.moved',
    where: [
      {
        exact: { 'data.kwargs.customer': null, 'data.args.0': 'x', 'data.name': 'stockitem.moved' },
      },
      { gte: { 'data.kwargs.quantity': 5 } },
      // @ts-expect-error no field of plugin events
      { exact: { 'data.kwarg.id': 5 } },
    ],
    processEvent,
  })
})

it('accepts the paths of every kind if names are open', () => {
  definePlugin({
    slug: 'open',
    where: {
      any: [
        { exact: { 'data.entityId': 'e', 'data.kwargs.id': 1, 'data.sourceEntityIds.0': 'e' } },
        // @ts-expect-error no event has it
        { exact: { 'data.entityID': 'e' } },
      ],
    },
    processEvent,
  })
  const where: Where = { exact: { 'data.changes.attributes.add.0.key': 'colour' } }
  expect(definePlugin({ slug: 'data', where, processEvent })).toBeTruthy()
})
