import { resolve } from 'node:path'
import type {
  Event,
  InventoryMovedEvent,
  InventoryWastedEvent,
  PluginEvent,
  UnknownEvent,
} from 'inventory-events'
import { eventBuilder } from 'inventory-events/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { loadContract } from '../../../src/avro/own-kinds/load-contract.ts'
import { entityKey } from '../../../src/event/entity-key.ts'
import { INVENTORY_KINDS, kindNames } from '../../../src/event/kinds.ts'

describe('building events', () => {
  it('makes a valid event of each kind, about the same entity', () => {
    const build = eventBuilder()
    const events = kindNames(INVENTORY_KINDS).map((kind) => build(kind))
    expect(events.map(({ kind }) => kind)).toEqual(kindNames(INVENTORY_KINDS))
    expect(new Set(events.map((event) => entityKey(INVENTORY_KINDS, event)))).toEqual(
      new Set(['ent_1']),
    )
  })

  it('makes events of own kinds by their schemas, about the same entity', () => {
    const schemas = [resolve('test/support/schemas')]
    const { kinds } = loadContract(schemas)
    const build = eventBuilder({ schemas })
    const own = kindNames(kinds).filter((name) => !INVENTORY_KINDS.has(name))
    const events = own.map((kind) => build(kind) as Event)
    expect(events.map(({ kind }) => kind)).toEqual(own)
    expect(own.length).toBeGreaterThan(1)
    const order = build('order.placed', { order: { total: '12.50' } } as object)
    expect(order).toMatchObject({ order: { id: 'ent_1', total: '12.50' } })
    expect(() => build('order.placed', { order: { total: 1 } } as object)).toThrow('order.total')
  })

  it('gives the same ids and times each time', () => {
    const [build, again] = [eventBuilder(), eventBuilder()]
    const events = [build('inventory.wasted'), build('stockitem.split')]
    expect(events).toEqual([again('inventory.wasted'), again('stockitem.split')])
    expect(events).toEqual([
      {
        ...{ id: 'evt_1', kind: 'inventory.wasted', time: '2026-01-15T10:30:00Z' },
        ...{ transactionId: 'txn_1', flowId: 'flow_1', entityId: 'ent_1' },
      },
      {
        ...{ id: 'evt_2', name: 'stockitem.split', time: '2026-01-15T10:30:01Z' },
        ...{ args: [], kwargs: { id: 1 } },
      },
    ])
  })

  it('replaces fields, those of records one by one', () => {
    const build = eventBuilder()
    const moved = build('inventory.moved', {
      id: 'mine',
      entity: { id: 'ent_7', quantity: 3, attributes: { maxCelsius: -18 } },
      to: { name: 'Packing' },
    })
    expect(moved).toMatchObject({
      id: 'mine',
      entity: { id: 'ent_7', name: 'BATCH-001', quantity: 3, attributes: { maxCelsius: -18 } },
      from: { id: 'node_1', name: 'Receiving Bay' },
      to: { id: 'node_2', name: 'Packing' },
    })
    const merged = build('inventory.merged', { sourceEntityIds: ['a'], sourceEntityNames: ['A'] })
    expect(merged.sourceEntityIds).toEqual(['a'])
    expect(build('stockitem.moved', { kwargs: { id: 7, quantity: 2 } }).kwargs).toEqual({
      ...{ id: 7, quantity: 2 },
    })
  })

  it('makes events of kinds that this version does not know', () => {
    const event = eventBuilder()('inventory.teleported', { entityId: 'ent_9' })
    expect(event).toMatchObject({ id: 'evt_1', kind: 'inventory.teleported', entityId: 'ent_9' })
  })

  it('refuses what the service would refuse', () => {
    const build = eventBuilder()
    expect(() => build('inventory.wasted', { reason: 7 as never })).toThrow(
      'reason: expected a string, got 7',
    )
    expect(() => build('inventory.moved', { entity: { quantty: 7 } as never })).toThrow('quantty')
  })

  it('types the event by its name', () => {
    const build = eventBuilder()
    expectTypeOf(build('inventory.moved')).toEqualTypeOf<InventoryMovedEvent>()
    expectTypeOf(build('inventory.wasted')).toEqualTypeOf<InventoryWastedEvent>()
    expectTypeOf(build('stockitem.moved')).toEqualTypeOf<PluginEvent>()
    expectTypeOf(build('inventory.teleported')).toEqualTypeOf<UnknownEvent>()
    // @ts-expect-error the kind has no such field
    expect(() => build('inventory.wasted', { entity: {} })).toThrow('entity')
  })
})
