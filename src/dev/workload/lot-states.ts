import type { Node } from '../../event/event.ts'
import type { JsonObject } from '../../event/json.ts'

/**
 * The state of an entity. Lots begin `absent`; blends, which other lots are merged into, begin
 * `empty`. A `merged` lot is part of a blend until the merge is reverted.
 */
export type LotState = 'absent' | 'staged' | 'bundled' | 'merged' | 'gone' | 'empty' | 'filled'

export type Action =
  | 'receive'
  | 'produce'
  | 'move'
  | 'modify'
  | 'bundle'
  | 'waste'
  | 'destroy'
  | 'restore'
  | 'merge'
  | 'revert'

/** The possible actions in each state, with their weights. */
export const ACTIONS: Readonly<Record<LotState, readonly (readonly [Action, number])[]>> = {
  absent: [
    ['receive', 3],
    ['produce', 1],
  ],
  staged: [
    ['move', 40],
    ['modify', 30],
    ['bundle', 10],
    ['waste', 4],
    ['destroy', 4],
  ],
  bundled: [
    ['move', 3],
    ['modify', 1],
  ],
  merged: [],
  gone: [['restore', 1]],
  empty: [['merge', 1]],
  filled: [
    ['move', 4],
    ['modify', 4],
    ['revert', 3],
  ],
}

/** An entity and its current state. */
export interface Lot {
  readonly id: string
  readonly name: string
  readonly productId: string
  readonly flowId: string
  quantity: number
  attributes: JsonObject
  state: LotState
  node: Node
  /** The lots that a filled blend was made of. */
  sources: Lot[]
}
