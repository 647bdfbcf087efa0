import { describe, expect, it } from 'vitest'
import { entityKey } from '../../../src/event/entity-key.ts'
import type { Event } from '../../../src/event/event.ts'
import type { JsonObject } from '../../../src/event/json.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { readSamples } from '../../support/samples.ts'

const KEY_OF_KIND = {
  'inventory.received': 'ent_456',
  'inventory.produced': 'ent_456',
  'inventory.modified': 'ent_456',
  'inventory.moved': 'ent_456',
  'inventory.bundled': 'ent_456',
  'inventory.destroyed': 'ent_456',
  'inventory.wasted': 'ent_456',
  'inventory.merged': 'ent_789',
  'inventory.merge.reverted': 'ent_789',
  'inventory.restored': 'ent_456',
}

function pluginEvent(name: string, kwargs: JsonObject): Event {
  return { id: 'evt_1', name, time: '2024-01-15T10:30:00Z', args: [], kwargs }
}

describe('entityKey', () => {
  it.each(readSamples())('is the entity id of the published $kind', (sample) => {
    expect(entityKey(INVENTORY_KINDS, sample)).toBe(KEY_OF_KIND[sample.kind])
  })

  it.each([
    ['build.hold', { id: 1 }, 'build:1'],
    ['build.issued', { id: 1 }, 'build:1'],
    ['build.cancelled', { id: 1 }, 'build:1'],
    ['build.completed', { id: 1 }, 'build:1'],
    ['build.overdue_build_order', { build_order: 1 }, 'build:1'],
    ['build.stock_required', {}, 'evt_1'],
    ['buildoutput.created', {}, 'evt_1'],
    ['buildoutput.completed', { id: 5, build_id: 1 }, 'stockitem:5'],
    ['stockitem.assignedtocustomer', { id: 5, customer: null }, 'stockitem:5'],
    ['stockitem.returnedtostock', { id: 5 }, 'stockitem:5'],
    ['stockitem.returnedfromcustomer', {}, 'evt_1'],
    ['stockitem.split', { id: 6, parent: 5 }, 'stockitem:6'],
    ['stockitem.moved', { id: 5, old_location: null, new_location: 2 }, 'stockitem:5'],
    ['stockitem.counted', { id: 5, quantity: 1.5 }, 'stockitem:5'],
    ['stockitem.quantityupdated', { id: 5, quantity: 2 }, 'stockitem:5'],
    ['stockitem.installed', { id: 5, assembly_id: 9 }, 'stockitem:5'],
    ['stockitem.disassembled', { id: 5 }, 'stockitem:5'],
    ['stockitem.created_items', { ids: [1, 2] }, 'evt_1'],
    ['purchaseorder.placed', { id: 7 }, 'purchaseorder:7'],
    ['purchaseorder.completed', { id: 7 }, 'purchaseorder:7'],
    ['purchaseorder.cancelled', { id: 7 }, 'purchaseorder:7'],
    ['purchaseorder.hold', { id: 7 }, 'purchaseorder:7'],
    ['order.overdue_purchase_order', { purchase_order: 7 }, 'purchaseorder:7'],
    ['purchaseorderitem.received', { order_id: 7, item_ids: [1, 2] }, 'purchaseorder:7'],
    ['salesorder.issued', { id: 8 }, 'salesorder:8'],
    ['salesorder.hold', { id: 8 }, 'salesorder:8'],
    ['salesorder.onhold', { id: 8 }, 'salesorder:8'],
    ['salesorder.completed', { id: 8 }, 'salesorder:8'],
    ['salesorder.cancelled', { id: 8 }, 'salesorder:8'],
    ['order.overdue_sales_order', { sales_order: 8 }, 'salesorder:8'],
    ['order.overdue_sales_order', { return_order: 3 }, 'returnorder:3'],
    ['order.overdue_return_order', { return_order: 3 }, 'returnorder:3'],
    ['salesordershipment.completed', { id: 4 }, 'salesordershipment:4'],
    ['returnorder.issued', { id: 3 }, 'returnorder:3'],
    ['returnorder.received', { id: 3, line_item_id: 30 }, 'returnorder:3'],
    ['returnorder.completed', { id: 3 }, 'returnorder:3'],
    ['returnorder.cancelled', { id: 3 }, 'returnorder:3'],
    ['returnorder.hold', { id: 3 }, 'returnorder:3'],
    ['transferorder.placed', { id: 2 }, 'transferorder:2'],
    ['transferorder.completed', { id: 2 }, 'transferorder:2'],
    ['transferorder.cancelled', { id: 2 }, 'transferorder:2'],
    ['transferorder.hold', { id: 2 }, 'transferorder:2'],
    ['repairorder.issued', { id: 9 }, 'repairorder:9'],
    ['order.overdue_repair_order', { repair_order: 9 }, 'repairorder:9'],
    ['plugins_loaded', {}, 'evt_1'],
    ['plugin_activated', { slug: 'cold-chain', active: true }, 'plugin:cold-chain'],
  ])('%s %j is about %s', (name, kwargs, key) => {
    expect(entityKey(INVENTORY_KINDS, pluginEvent(name, kwargs as JsonObject))).toBe(key)
  })

  it.each([
    ['stock_stockitem.saved', { model: 'StockItem', id: 123 }, 'stockitem:123'],
    ['part_part.created', { model: 'part', id: 123 }, 'part:123'],
    ['order_purchaseorder.deleted', { model: 'PurchaseOrder', id: 7 }, 'purchaseorder:7'],
    ['order_repairorder.saved', { model: 'RepairOrder', id: 9 }, 'repairorder:9'],
    ['build_build.saved', { model: 'Build', id: 1 }, 'build:1'],
    ['part_supplierpart.saved', { model: 'SupplierPart', id: 1 }, 'supplierpart:1'],
    ['part_partparameter.saved', { model: 'Parameter', id: 1 }, 'parameter:1'],
    ['part_partparameter.saved', { id: 1 }, 'parameter:1'],
    ['stock_stockitem.saved', { id: 123 }, 'stockitem:123'],
    ['machine_machineconfig.saved', { model: 'MachineConfig', id: 'a-b' }, 'machineconfig:a-b'],
    ['common_emailmessage.deleted', { model: 'EmailMessage', id: null }, 'evt_1'],
    ['stock_stockitem.deleted', { model: 'StockItem' }, 'evt_1'],
  ])('the generic %s %j is about %s', (name, kwargs, key) => {
    expect(entityKey(INVENTORY_KINDS, pluginEvent(name, kwargs as JsonObject))).toBe(key)
  })

  it.each([
    ['anything at all', { id: 5 }],
    ['stockitem.moved', { id: '' }],
    ['stockitem.moved', { id: [5] }],
    ['stockitem.moved', { id: 1.5 }],
    ['purchaseorderitem.received', { item_ids: [1] }],
    ['.', {}],
    ['__proto__', {}],
  ])('%s %j is about no object, so its own id is the key', (name, kwargs) => {
    expect(entityKey(INVENTORY_KINDS, pluginEvent(name, kwargs as JsonObject))).toBe('evt_1')
  })

  it.each([
    [{ entityId: 'ent_1' }, 'ent_1'],
    [{ entity: { id: 'ent_1' } }, 'ent_1'],
    [{ entity: null }, 'evt_1'],
    [{ orderId: 'ord_1' }, 'evt_1'],
  ])('of a kind without a schema is the entity that it names: %j', (fields, key) => {
    const event = { id: 'evt_1', kind: 'inventory.teleported', time: 'x', ...fields }
    expect(entityKey(INVENTORY_KINDS, event as unknown as Event)).toBe(key)
  })
})
