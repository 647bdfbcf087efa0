import type { LifeStep } from '../../src/console/view/life-step.ts'

/** Both oldest first: an entity's own steps keep their order, and those of others are put between them by time. */
export function mergeSteps(own: readonly LifeStep[], others: readonly LifeStep[]): LifeStep[] {
  const merged: LifeStep[] = []
  let next = 0
  for (const step of own) {
    while (next < others.length && others[next]!.recordMs < step.recordMs) {
      merged.push(others[next]!)
      next += 1
    }
    merged.push(step)
  }
  return [...merged, ...others.slice(next)]
}
