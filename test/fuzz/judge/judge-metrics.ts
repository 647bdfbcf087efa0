import type { Sample } from '../../../src/dev/replicas/scrape.ts'
import type { Play } from '../play/player.ts'
import type { Seen } from './judge.ts'
import type { Problem } from './problem.ts'

/** Sums of the service's counters. */
export interface Counters {
  records: number
  letters: number
  unaccounted: number
}

export function countersIn(samples: readonly Sample[]): Counters {
  const sum = (name: string) =>
    samples.filter((each) => each.name === name).reduce((total, { value }) => total + value, 0)
  return {
    records: sum('records_consumed_total'),
    letters: sum('dead_letters_total'),
    unaccounted: sum('unaccounted_deliveries'),
  }
}

/** The metrics add up to what was written and seen. */
export async function judgeMetrics(
  { expected, world, before }: Play,
  { letters }: Seen,
): Promise<Problem[]> {
  const now = countersIn(await world.service.metrics())
  const compared: [name: string, got: number, wanted: number][] = [
    ['records_consumed_total', now.records - before.records, expected.records],
    ['dead_letters_total', now.letters - before.letters, letters.length],
    ['unaccounted_deliveries', now.unaccounted, 0],
  ]
  return compared.flatMap(([name, got, wanted]) =>
    got === wanted ? [] : [{ step: undefined, text: `${name}: expected ${wanted}, got ${got}` }],
  )
}
