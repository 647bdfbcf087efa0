import type { InventoryKind } from '../../src/event/event.ts'

/** How often each kind occurs, in parts of their sum. */
export type Mix = readonly (readonly [InventoryKind, number])[]

/** Goods are moved and changed often, arrive and leave seldom. */
const LIFELIKE: Record<InventoryKind, number> = {
  'inventory.moved': 40,
  'inventory.modified': 20,
  'inventory.received': 12,
  'inventory.bundled': 10,
  'inventory.produced': 6,
  'inventory.destroyed': 3,
  'inventory.merged': 3,
  'inventory.restored': 3,
  'inventory.wasted': 2,
  'inventory.merge.reverted': 1,
}

/** Reads `moved=40,modified=20,merge.reverted=1`; kinds that are not named do not occur. */
export function readMix(text: string | undefined): Mix {
  if (text === undefined) return Object.entries(LIFELIKE) as [InventoryKind, number][]
  return text.split(',').map((part) => {
    const [name, weight] = part.split('=')
    const kind = `inventory.${name}`
    if (!(kind in LIFELIKE) || !(Number(weight) > 0)) {
      throw new Error(`--mix: expected <kind>=<weight> as in moved=40, got "${part}"`)
    }
    return [kind as InventoryKind, Number(weight)]
  })
}
