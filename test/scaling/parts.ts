import type { Cluster } from '../faults/cluster.ts'
import { printTails } from '../faults/tails.ts'
import { seeChanges } from './changes.ts'
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

/** The least throughput of three replicas compared with one. */
const LEAST_RATIO = 1.8

/** Runs throughput, then changes, each with its own topic and group, and a verdict at the end. */
export async function runParts(
  form: Form,
  options: PartsOptions,
): Promise<Omit<Results, 'machine'>> {
  const first = await inGroup('throughput', form, options, backlogs)
  const second = await inGroup('changes', form, options, constantLoad)
  const verdicts = [first.verdict, second.verdict]
  const sum = (name: keyof Results['verdict']) =>
    verdicts.reduce((total, verdict) => total + verdict[name], 0)
  return {
    throughput: first.found,
    ...second.found,
    verdict: {
      published: sum('published'),
      lost: sum('lost'),
      duplicates: sum('duplicates'),
      orderBreaks: sum('orderBreaks'),
    },
    problems: [
      ...notAdditive(first.found),
      ...second.found.changes.flatMap(({ problems }) => problems),
      ...verdicts.flatMap(({ problems }) => problems),
    ],
  }
}

type Work<T> = (group: Group, form: Form, say: PartsOptions['say']) => Promise<T>

const backlogs: Work<Throughput[]> = async (group, form, say) => {
  const rows: Throughput[] = []
  for (const replicas of form.replicas) {
    say(`  replicas: ${replicas}`)
    rows.push(await measure(group, replicas, form.seconds))
  }
  return rows
}

const constantLoad: Work<Pick<Results, 'changes' | 'requests'>> = async (group, form, say) => {
  const { perSecond, countSeconds } = form
  await group.growTo(1)
  await group.flowing()
  const atRest = await countRequestsOf(group, 'at rest', countSeconds)
  group.load.start(perSecond)
  await group.caughtUp()
  const underLoad = await countRequestsOf(group, `at ${perSecond} events/s`, countSeconds)
  return { requests: [atRest, underLoad], changes: await seeChanges(group, form.changes, say) }
}

async function inGroup<T>(name: string, form: Form, options: PartsOptions, work: Work<T>) {
  const { say } = options
  say(name)
  const group = await openGroup({ ...options, name, sessionMs: form.sessionMs })
  try {
    const found = await work(group, form, say)
    const verdict = await group.verdict()
    if (verdict.problems.length > 0) await printTails([group.folder], say)
    return { found, verdict }
  } catch (error) {
    await printTails([group.folder], say)
    throw error
  } finally {
    await group.end()
  }
}

function notAdditive(rows: readonly Throughput[]): string[] {
  const of = (count: number) => rows.find(({ replicas }) => replicas === count)!.perSecond
  const ratio = of(3) / of(1)
  if (ratio >= LEAST_RATIO) return []
  return [
    `3 replicas handled ${ratio.toFixed(2)} × the events of one, expected at least ${LEAST_RATIO}`,
  ]
}
