import type { Item } from '../run-sequence.ts'

/** A plugin may be slow. */
const TRIALS_MAX = 400

/**
 * The smallest sequence found that still fails: with fewer events, duplicates and crashes, and nearer
 * to the order in which the events came. `fails` runs a sequence.
 */
export async function shrink(
  failing: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let smallest = failing
  let trials = 0
  for (let hasShrunk = true; hasShrunk; ) {
    hasShrunk = false
    for (const candidate of simpler(smallest)) {
      if (++trials > TRIALS_MAX) return smallest
      if (!(await fails(candidate))) continue
      smallest = candidate
      hasShrunk = true
      break
    }
  }
  return smallest
}

/** Each is smaller than the sequence by something, the largest steps first. */
function* simpler(items: readonly Item[]): Generator<readonly Item[]> {
  const ids = [...new Set(items.map(({ event }) => event.id))]
  const half = Math.ceil(ids.length / 2)
  if (half > 1) yield* [without(items, ids.slice(0, half)), without(items, ids.slice(half))]
  for (const id of ids) yield without(items, [id])
  for (const index of items.keys()) if (isAgain(items, index)) yield items.toSpliced(index, 1)
  for (const [index, item] of items.entries()) {
    for (const calmer of calmerThan(item, index)) yield items.with(index, calmer)
  }
  for (const [index, item] of items.entries()) {
    const next = items[index + 1]
    if (next !== undefined && next.event.time < item.event.time)
      yield items.toSpliced(index, 2, next, item)
  }
}

function without(items: readonly Item[], ids: readonly string[]): Item[] {
  return items.filter(({ event }) => !ids.includes(event.id))
}

/** Whether the event has come before: its first delivery keeps the order of its entity. */
export function isAgain(items: readonly Item[], index: number): boolean {
  return items.slice(0, index).some(({ event }) => event === items[index]?.event)
}

function calmerThan({ event, crash }: Item, index: number): Item[] {
  if (crash === undefined) return []
  const { step, uncommitted } = crash
  const fewer = Math.max(0, Math.min(index, uncommitted) - 1)
  return [
    { event },
    ...(uncommitted > 0 ? [{ event, crash: { step, uncommitted: fewer } }] : []),
    ...(step === 'before-mark'
      ? []
      : [{ event, crash: { step: 'before-mark' as const, uncommitted } }]),
  ]
}
