import type { Sample } from '../../../src/dev/replicas/scrape.ts'
import type { Play } from '../play/player.ts'
import { RESIDENT_MB_MAX } from '../world/world.ts'
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

/** The metrics add up to what was written and seen, and memory is within its limit. */
export async function judgeMetrics(
  { expected, world, before }: Play,
  { letters }: Seen,
): Promise<Problem[]> {
  const { samples, residentMb } = await world.service.metrics()
  const now = countersIn(samples)
  const compared: [name: string, got: number, wanted: number][] = [
    ['records_consumed_total', now.records - before.records, expected.records],
    ['dead_letters_total', now.letters - before.letters, letters.length],
    ['unaccounted_deliveries', now.unaccounted, 0],
  ]
  const wrong = compared.filter(([, got, wanted]) => got !== wanted)
  const texts = wrong.map(([name, got, wanted]) => `${name}: expected ${wanted}, got ${got}`)
  // NaN is above every limit too.
  if (!(residentMb <= RESIDENT_MB_MAX)) {
    texts.push(`${Math.round(residentMb)} MB in use, the limit is ${RESIDENT_MB_MAX}`)
  }
  return texts.map((text) => ({ step: undefined, text }))
}
