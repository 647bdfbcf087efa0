import { seededRandom } from '../../dev/workload/random.ts'
import type { Event } from '../../event/event.ts'
import type { DeliveryReport } from '../delivery-report.ts'
import type { Item } from '../run-sequence.ts'
import { type Difference, differences } from './differences.ts'
import { disturb } from './disturb.ts'
import { generateEvents, namesFor } from './generate-events.ts'
import { shrink } from './shrink.ts'
import { runTrial, type Seen, type Subject } from './trial.ts'

/** Runs with other events and other disturbances each. */
const RUNS = 100
const EVENTS_A_RUN = 12

export interface Counts {
  runs: number
  crashes: number
  duplicates: number
  /** Of the undisturbed runs, by outcome. */
  outcomes: Map<DeliveryReport['outcome'], number>
  /** Why the first event failed that was not handled. */
  firstError: string | undefined
}

/** What became of it, and what it was found by. */
export type Verdict =
  | { type: 'certified'; counts: Counts; names: readonly string[]; isProbed: boolean }
  /** No probe, no state, nothing published: nothing could be compared. */
  | { type: 'not-comparable' }
  /** No event could be made that the filters accept. */
  | { type: 'no-events'; names: readonly string[] }
  /** No event had an effect, so nothing is shown. */
  | { type: 'nothing-processed'; counts: Counts }
  /** Two runs of the same differ. */
  | { type: 'not-deterministic'; found: readonly Difference[] }
  | { type: 'differs'; run: number; items: readonly Item[]; found: readonly Difference[] }

/**
 * Compares what comes of the same events with and without disturbances, in many runs. Rejects if a
 * handler does not end or forgets to return, if `start` fails, or if the probe does.
 */
export async function certify(
  subject: Subject,
  { seed, runs = RUNS }: { seed: number; runs?: number },
): Promise<Verdict> {
  const { plugin, probe } = await subject.load()
  const isProbed = probe !== undefined
  const { kinds } = subject.contract
  const names = namesFor(kinds, plugin)
  const counts: Counts = {
    ...{ runs: 0, crashes: 0, duplicates: 0 },
    ...{ outcomes: new Map(), firstError: undefined },
  }
  for (let run = 1; run <= runs; run++) {
    const random = seededRandom(seed * RUNS + run)
    const events =
      names.length === 0 ? [] : generateEvents(kinds, plugin, names, EVENTS_A_RUN, random)
    if (events.length === 0) return { type: 'no-events', names }
    const items = disturb(events, random)
    const { seen: expected, deliveries } = await runTrial(subject, undisturbed(items))
    count(counts, items, deliveries)
    if (run === 1) {
      const isSeen = isProbed || plugin.state !== undefined || !isEmpty(expected.published)
      if (!isSeen) return { type: 'not-comparable' }
      const { seen } = await runTrial(subject, undisturbed(items))
      const found = compare(expected, seen)
      if (found.length > 0) return { type: 'not-deterministic', found }
    }
    const found = compare(expected, (await runTrial(subject, items)).seen)
    if (found.length > 0) return smallest(subject, run, items, found)
  }
  if (!counts.outcomes.has('processed')) return { type: 'nothing-processed', counts }
  return { type: 'certified', counts, names, isProbed }
}

async function smallest(
  subject: Subject,
  run: number,
  items: readonly Item[],
  first: readonly Difference[],
): Promise<Verdict> {
  const differ = async (candidate: readonly Item[]) => {
    const expected = await runTrial(subject, undisturbed(candidate))
    return compare(expected.seen, (await runTrial(subject, candidate)).seen)
  }
  const small = await shrink(items, async (each) => (await differ(each)).length > 0)
  const found = await differ(small)
  if (found.length === 0) return { type: 'not-deterministic', found: first }
  return { type: 'differs', run, items: small, found }
}

/** Each event once, in the order in which they happened. */
function undisturbed(items: readonly Item[]): Item[] {
  const events = new Set<Event>(items.map(({ event }) => event))
  return [...events].sort((a, b) => (a.time < b.time ? -1 : 1)).map((event) => ({ event }))
}

function compare(expected: Seen, seen: Seen): Difference[] {
  return (['probe', 'state', 'published', 'deadLetters'] as const).flatMap((name) =>
    differences(expected[name], seen[name], name),
  )
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0
}

function count(counts: Counts, items: readonly Item[], deliveries: readonly DeliveryReport[]) {
  counts.runs += 1
  counts.crashes += items.filter(({ crash }) => crash !== undefined).length
  counts.duplicates += items.length - deliveries.length
  for (const { event, outcome, error } of deliveries) {
    counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1)
    if (outcome !== 'processed' && outcome !== 'skipped')
      counts.firstError ??= `${event.id}: ${error}`
  }
}
