import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../src/dev/workload/random.ts'
import { messageOf } from '../../src/util/errors.ts'
import type { Cluster } from './cluster.ts'
import { watchCommits } from './commits.ts'
import { gather } from './evidence.ts'
import type { Fault } from './faults.ts'
import { rulesFor, type StoreName } from './plugin-rules.ts'
import { Scene } from './scene.ts'
import { judge, type Verdict } from './verdict.ts'

export interface Trial {
  /** The name in the table; includes the store if it is postgres. */
  name: string
  fault: Fault
  store: StoreName
}

export interface TrialOptions {
  cluster: Cluster
  folder: string
  seed: number
  replicas: number
  perSecond: number
  /** How long the load runs before the fault, and after it is repaired. */
  quietMs: number
  say(message: string): void
  signal: AbortSignal
}

export interface TrialResult extends Verdict {
  name: string
  seconds: number
  /** Events that the load could not publish. */
  refused: number
  /** Remarks of the fault, printed with the verdict. */
  notes: string[]
}

/** Runs one fault under load, in its own topics and group, and returns the verdict. */
export async function runTrial(trial: Trial, options: TrialOptions): Promise<TrialResult> {
  const startedAtMs = Date.now()
  const random = seededRandom(options.seed)
  const scene = new Scene({ ...options, ...trial, name: slugOf(trial), random })
  let verdict: Verdict
  try {
    await scene.setUp(options.replicas)
    verdict = await suffer(scene, trial.fault, options)
  } catch (error) {
    if (options.signal.aborted) throw error
    verdict = { ...NOTHING, problems: [messageOf(error)] }
  } finally {
    await scene.replicaSet.end()
    await scene.bookings?.close()
  }
  return {
    ...verdict,
    name: trial.name,
    seconds: Math.round((Date.now() - startedAtMs) / 1_000),
    refused: scene.loads.reduce((sum, { refused }) => sum + refused.length, 0),
    notes: scene.notes,
    problems: [...scene.replicaSet.problems, ...verdict.problems],
  }
}

/** The part of the names of topics, group and log folder. */
export function slugOf({ name }: Pick<Trial, 'name'>): string {
  return name.replace(/\W+/g, '-')
}

const NOTHING = {
  published: 0,
  lost: 0,
  removed: 0,
  duplicates: 0,
  orderBreaks: 0,
  longestPauseMs: 0,
}

async function suffer(scene: Scene, fault: Fault, { quietMs }: TrialOptions): Promise<Verdict> {
  const { replicaSet, signal } = scene
  const watch = await watchCommits(scene)
  const problems: string[] = []
  const attempt = (work: Promise<unknown>) => work.catch((error) => problems.push(messageOf(error)))
  try {
    await scene.startLoads()
    await sleep(quietMs, undefined, { signal })
    await attempt(fault(scene).then(() => replicaSet.shared()))
    await sleep(quietMs, undefined, { signal })
    await scene.stopLoads()
    await attempt(scene.caughtUp())
    await replicaSet.requireAlive()
  } finally {
    await Promise.all([scene.stopLoads(), watch.stop()])
  }
  const verdict = judge(await gather(scene, watch.samples), rulesFor(scene.store))
  await replicaSet.stopAll()
  return { ...verdict, problems: [...problems, ...verdict.problems] }
}
