import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { InventoryMovedEvent } from '../src/event/event.ts'

setFlagsFromString('--expose-gc')

export const collectGarbage = runInNewContext('gc') as () => void

export const event: InventoryMovedEvent = {
  id: '0198c0de-7a3b-7c11-9f00-3c2a5d1e8b42',
  kind: 'inventory.moved',
  time: '2026-01-15T10:30:00.250Z',
  transactionId: 'txn_000123',
  flowId: 'flow_42',
  entity: {
    id: 'ent_004711',
    name: 'BATCH-004711',
    productId: 'prod_17',
    quantity: 120,
    attributes: { maxCelsius: -18, lot: 'L-2026-01', organic: true },
  },
  from: { id: 'node_3', name: 'Receiving', type: 'stage' },
  to: { id: 'node_9', name: 'Cold Storage', type: 'stage' },
}
