import type { MarkedOutcome } from '../../event/outcome.ts'
import { formatOf } from './format.ts'
import type { Lease } from './leases.ts'
import { COMPLETE_MANY } from './statements.ts'
import type { RunQuery } from './transaction.ts'

/** A claim whose mark is made, and how its event ended. */
export interface Completion {
  lease: Lease
  outcome: MarkedOutcome
}

/** Makes the marks of many claims of one owner. Returns the claims that are not held any more. */
export async function completeInTransaction(
  run: RunQuery,
  [groupId, owner]: readonly [groupId: unknown, owner: unknown],
  completions: readonly Completion[],
): Promise<Lease[]> {
  const byFormat = Map.groupBy(completions, ({ outcome }) => formatOf(outcome))
  const lost: Lease[] = []
  for (const [format, all] of byFormat) {
    const leases = all.map(({ lease }) => lease)
    const column = (name: 'plugin' | 'eventId' | 'fence') => leases.map((lease) => lease[name])
    const values = [groupId, column('plugin'), column('eventId'), owner, column('fence'), format]
    const { rows } = await run<{ fence: string }>({ ...COMPLETE_MANY, values })
    const held = new Set(rows.map(({ fence }) => fence))
    lost.push(...leases.filter(({ fence }) => !held.has(fence)))
  }
  return lost
}
