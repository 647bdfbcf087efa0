import type { LifeStep, Place, Related } from './life-step.ts'

/** Where an entity is and what is left of it, as far as the events show that were read. */
export interface WhereItIs {
  state: 'here' | 'bundled' | 'merged' | 'destroyed' | 'wasted' | 'reverted' | 'unknown'
  /** What it was merged into. */
  into: Related | null
  at: Place | null
  name: string | null
  productId: string | null
  quantity: number | null
  /** When the quantity was said; parts may have been split off since. */
  quantityMs: number | null
  hasSplitSince: boolean
  /** The time of the last event that says where it is; null if none does. */
  asOfMs: number | null
  /** Some of it is masked for this user. */
  isMasked: boolean
}

/** From the steps of its life, oldest first. */
export function whereItIs(steps: readonly LifeStep[]): WhereItIs {
  const known: WhereItIs = {
    ...{ state: 'unknown', into: null, at: null, name: null, productId: null },
    ...{ quantity: null, quantityMs: null, hasSplitSince: false, asOfMs: null, isMasked: false },
  }
  for (const step of steps) follow(known, step)
  return known
}

function follow(known: WhereItIs, step: LifeStep): void {
  const { says, to, related } = step
  const atMs = step.timeMs ?? step.recordMs
  const isAt = (state: WhereItIs['state']) => {
    Object.assign(known, { state, at: to, into: null, asOfMs: atMs })
  }
  if (step.masked.length > 0) known.isMasked = true
  if (says !== null) {
    known.name = says.name ?? known.name
    known.productId = says.productId ?? known.productId
    if (says.quantity !== null) {
      Object.assign(known, { quantity: says.quantity, quantityMs: atMs, hasSplitSince: false })
    }
  }
  switch (step.step) {
    case 'received':
    case 'produced':
    case 'moved':
    case 'merged from':
    case 'restored from':
    case 'restored by a reverted merge':
      isAt('here')
      return
    case 'bundled':
      isAt('bundled')
      return
    case 'merged into':
      isAt('merged')
      known.into = related[0] ?? null
      return
    case 'destroyed':
    case 'wasted':
      Object.assign(known, { state: step.step, asOfMs: atMs })
      return
    case 'merge reverted':
      Object.assign(known, { state: 'reverted', asOfMs: atMs })
      return
    case 'split off':
      known.hasSplitSince = true
      return
    case 'modified':
    case 'other':
    case 'unreadable':
      return
  }
}
