import type { MarkedOutcome } from '../../event/outcome.ts'

/**
 * The format of a row whose mark is made. Rows of format 1 don't say how the event ended: they are not
 * completed, or versions that knew no other format completed them. Those versions don't read it.
 */
const FORMATS: Record<MarkedOutcome, number> = {
  processed: 2,
  skipped: 3,
  rejected: 4,
  'dead-lettered': 5,
}
const OUTCOMES = new Map(
  Object.entries(FORMATS).map(([outcome, format]) => [format, outcome as MarkedOutcome]),
)

export function formatOf(outcome: MarkedOutcome): number {
  return FORMATS[outcome]
}

export function outcomeOf(format: number): MarkedOutcome | undefined {
  return OUTCOMES.get(format)
}
