import type { Cluster } from '../faults/cluster.ts'
import { printTails } from '../faults/tails.ts'
import { type Changed, seeChanges } from './changes.ts'
import type { Form } from './forms.ts'
import { type Group, openGroup } from './group.ts'
import { countRequestsOf } from './requests.ts'
import type { Results } from './tables.ts'
import { measure, type Throughput } from './throughput.ts'

export interface PartsOptions {
  cluster: Cluster
  folder: string
  say(message: string): void
  signal: AbortSignal
}

/** What three replicas must handle against one. */
const LEAST_RATIO = 1.8

/** Throughput, then changes, each in a topic and a group of its own; both are judged in the end. */
export async function runParts(
  form: Form,
  options: PartsOptions,
): Promise<Omit<Results, 'machine'>> {
  const first = await inGroup('throughput', form, options, async (group) => {
    const rows: Throughput[] = []
    for (const replicas of form.replicas) {
      options.say(`  replicas: ${replicas}`)
      rows.push(await measure(group, replicas, form.seconds))
    }
    return rows
  })
  const second = await inGroup('changes', form, options, async (group) => {
    await group.growTo(1)
    await group.flowing()
    const atRest = await countRequestsOf(group, 'at rest', form.countSeconds)
    group.load.start(form.perSecond)
    await group.caughtUp()
    const when = `at ${form.perSecond} events/s`
    const underLoad = await countRequestsOf(group, when, form.countSeconds)
    const changed = await seeChanges(group, form.changes, options.say)
    return { changed, requests: [atRest, underLoad] }
  })
  const verdicts = [first.verdict, second.verdict]
  const sum = (name: keyof Results['verdict']) =>
    verdicts.reduce((total, verdict) => total + verdict[name], 0)
  return {
    throughput: first.found,
    changes: second.found.changed,
    requests: second.found.requests,
    verdict: {
      published: sum('published'),
      lost: sum('lost'),
      duplicates: sum('duplicates'),
      orderBreaks: sum('orderBreaks'),
    },
    problems: [
      ...notAdditive(first.found),
      ...second.found.changed.flatMap(({ problems }: Changed) => problems),
      ...verdicts.flatMap(({ problems }) => problems),
    ],
  }
}

async function inGroup<T>(
  name: string,
  { sessionMs }: Form,
  options: PartsOptions,
  work: (group: Group) => Promise<T>,
) {
  options.say(name)
  const group = await openGroup({ ...options, name, sessionMs })
  try {
    const found = await work(group)
    const verdict = await group.verdict()
    if (verdict.problems.length > 0) await printTails([group.folder], options.say)
    return { found, verdict }
  } catch (error) {
    await printTails([group.folder], options.say)
    throw error
  } finally {
    await group.end()
  }
}

function notAdditive(rows: readonly Throughput[]): string[] {
  const of = (count: number) => rows.find(({ replicas }) => replicas === count)!.perSecond
  const ratio = of(3) / of(1)
  if (ratio >= LEAST_RATIO) return []
  return [`3 replicas handled ${ratio.toFixed(2)} × what one did, expected ${LEAST_RATIO} at least`]
}
