import type { InventoryKind } from '../../src/event/event.ts'

/** The relative weight of each kind. */
export type Mix = readonly (readonly [InventoryKind, number])[]

/** Goods move and change often, and arrive and leave rarely. */
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

/** Parses `moved=40,modified=20,merge.reverted=1`; kinds that are not listed do not occur. */
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
