import type { Random } from '../../dev/workload/random.ts'
import { entityKey } from '../../event/entity-key.ts'
import type { Event } from '../../event/event.ts'
import { INVENTORY_KINDS } from '../../event/kinds.ts'
import { CRASH_STEPS } from '../crash.ts'
import type { Item } from '../run-sequence.ts'

const CRASHES_MAX = 3
const UNCOMMITTED_MAX = 4
/** One event in so many arrives twice. */
const DUPLICATE_EVERY = 4

/**
 * The events as a broken cluster may deliver them: the order within an entity is kept, that of
 * entities among each other is not; some arrive again later, and at some the process ends.
 */
export function disturb(events: readonly Event[], random: Random): Item[] {
  const order = withDuplicates(interleaved(events, random), random)
  const crashing = new Set<number>()
  const crashes = 1 + random.below(CRASHES_MAX)
  for (let n = 0; n < crashes; n++) crashing.add(random.below(order.length))
  return order.map((event, index) => {
    if (!crashing.has(index)) return { event }
    const uncommitted = random.below(Math.min(index, UNCOMMITTED_MAX) + 1)
    return { event, crash: { step: random.pick(CRASH_STEPS), uncommitted } }
  })
}

function interleaved(events: readonly Event[], random: Random): Event[] {
  const left = [...Map.groupBy(events, (event) => entityKey(INVENTORY_KINDS, event)).values()]
  const order: Event[] = []
  while (left.length > 0) {
    const index = random.below(left.length)
    const [event] = left[index]!.splice(0, 1)
    order.push(event!)
    if (left[index]!.length === 0) left.splice(index, 1)
  }
  return order
}

function withDuplicates(order: readonly Event[], random: Random): Event[] {
  const result = [...order]
  for (const event of order) {
    if (random.below(DUPLICATE_EVERY) > 0) continue
    const after = result.indexOf(event) + 1
    result.splice(after + random.below(result.length - after + 1), 0, event)
  }
  return result
}
