import type { InventoryKind } from './event.ts'
import type { Path } from './path.ts'
import { type RecordShape, SHAPE_OF_KIND } from './validation/shapes.ts'

/** What is known of the events of one kind. */
export interface Kind {
  readonly name: string
  /** The full name of the Avro record that its events are written as. */
  readonly record: string
  /** The fields of its events. */
  readonly shape: RecordShape
  /** The field that holds the id of the entity that an event is about: the key of its record. */
  readonly entityKey: Path
}

/** The kinds that are known, by name. Events of other kinds are unknown events. */
export type Kinds = ReadonlyMap<unknown, Kind>

/** The Avro record of each inventory kind, in the namespace `inventory_events`, and its entity. */
const BUILT_IN = {
  'inventory.received': ['InventoryReceived', ['entity', 'id']],
  'inventory.produced': ['InventoryProduced', ['entity', 'id']],
  'inventory.modified': ['InventoryModified', ['entityId']],
  'inventory.moved': ['InventoryMoved', ['entity', 'id']],
  'inventory.bundled': ['InventoryBundled', ['entity', 'id']],
  'inventory.destroyed': ['InventoryDestroyed', ['entityId']],
  'inventory.wasted': ['InventoryWasted', ['entityId']],
  'inventory.merged': ['InventoryMerged', ['mergedEntity', 'id']],
  'inventory.merge.reverted': ['InventoryMergeReverted', ['revertedEntityId']],
  'inventory.restored': ['InventoryRestored', ['restoredEntityId']],
} as const satisfies Record<InventoryKind, readonly [record: string, entityKey: Path]>

/** The kinds of this package, which every service knows. */
export const INVENTORY_KINDS: Kinds = new Map(
  Object.entries(BUILT_IN).map(([name, [record, entityKey]]) => [
    name,
    {
      name,
      record: `inventory_events.${record}`,
      shape: { kind: 'string', ...SHAPE_OF_KIND[name as InventoryKind] },
      entityKey,
    },
  ]),
)

export function kindNames(kinds: Kinds): string[] {
  return [...kinds.values()].map(({ name }) => name)
}
