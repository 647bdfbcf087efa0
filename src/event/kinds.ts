import type { InventoryKind } from './event.ts'

/** The Avro record of each inventory kind, in the namespace `inventory_events`. */
export const RECORD_OF_KIND = {
  'inventory.received': 'InventoryReceived',
  'inventory.produced': 'InventoryProduced',
  'inventory.modified': 'InventoryModified',
  'inventory.moved': 'InventoryMoved',
  'inventory.bundled': 'InventoryBundled',
  'inventory.destroyed': 'InventoryDestroyed',
  'inventory.wasted': 'InventoryWasted',
  'inventory.merged': 'InventoryMerged',
  'inventory.merge.reverted': 'InventoryMergeReverted',
  'inventory.restored': 'InventoryRestored',
} as const satisfies Record<InventoryKind, string>

export const INVENTORY_KINDS = Object.keys(RECORD_OF_KIND) as InventoryKind[]

/** Whether events of this kind have their own schema. */
export function isInventoryKind(kind: unknown): kind is InventoryKind {
  return typeof kind === 'string' && Object.hasOwn(RECORD_OF_KIND, kind)
}
