import type { BacktestReport } from '../../backtest/backtest.ts'
import type { Tallied } from '../../backtest/tally.ts'

const HIDDEN = 'hidden from this role'

/** Why a filter failed, or bytes could not be read, may quote the event. */
export function withoutContent(report: BacktestReport): BacktestReport {
  const { filter, changed, undecodable } = report
  return {
    ...report,
    undecodable: inOne(undecodable),
    filter: { ...filter, errors: inOne(filter.errors) },
    ...(changed && { changed: { ...changed, errors: inOne(changed.errors) } }),
  }
}

function inOne({ count, groups }: Tallied): Tallied {
  if (count === 0) return { count, groups: [] }
  const examples = groups.flatMap((group) => group.examples).slice(0, 3)
  const shown = examples.map(({ why: _, ...example }) => example)
  return { count, groups: [{ group: HIDDEN, count, examples: shown }] }
}
