import { randomUUID } from 'node:crypto'
import type {
  Entity,
  InventoryMovedEvent,
  InventoryWastedEvent,
  PluginEvent,
} from '../../src/event/event.ts'

const time = '2024-01-15T10:30:00Z'

/** The `n`th move of an entity; `n` is the number of its transaction. */
export function moved(entityId: string, n = 0, id: string = randomUUID()): InventoryMovedEvent {
  return {
    id,
    kind: 'inventory.moved',
    time,
    transactionId: `${n}`,
    flowId: 'flow_1',
    entity: { id: entityId, name: entityId, productId: 'prod_1' },
    from: { id: 'node_a', name: 'Receiving Bay 1', type: 'stage' },
    to: { id: 'node_b', name: 'Cold Storage', type: 'stage' },
  }
}

export function withAttributes(
  event: InventoryMovedEvent,
  attributes: NonNullable<Entity['attributes']>,
): InventoryMovedEvent {
  return { ...event, entity: { ...event.entity, attributes } }
}

export function wasted(entityId: string, id: string = randomUUID()): InventoryWastedEvent {
  return { id, kind: 'inventory.wasted', time, transactionId: 't', flowId: 'f', entityId }
}

export function pluginEvent(name: string, kwargs: PluginEvent['kwargs'] = {}): PluginEvent {
  return { id: randomUUID(), name, time, args: [], kwargs }
}
