import type { Node } from '../../event/event.ts'

const node = (type: Node['type'], prefix: string) => (name: string, index: number) => ({
  id: `${prefix}_${index + 1}`,
  name,
  type,
})

export const RECEIVING: Node = { id: 'node_receiving', name: 'Receiving Bay 1', type: 'stage' }
export const PRODUCTION: Node = { id: 'node_line', name: 'Production Line 1', type: 'stage' }
export const MERGING: Node = { id: 'node_merge', name: 'Merge Station', type: 'stage' }
export const DECONSTRUCTION: Node = {
  id: 'node_deconstruct',
  name: 'Deconstruction Station',
  type: 'stage',
}

/** Where goods are moved to. */
export const PLACES: readonly Node[] = [
  ...['Cold Storage', 'Dry Storage', 'Packing', 'Staging Area'].map(node('stage', 'node')),
  ...['TOTE-001', 'TOTE-002', 'TOTE-003'].map(node('container', 'container')),
]

/** What goods are bundled into. */
export const BUNDLES: readonly Node[] = ['PALLET-001', 'PALLET-002', 'PALLET-003'].map(
  node('bundle', 'bundle'),
)
