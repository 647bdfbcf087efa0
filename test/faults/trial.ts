import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../src/demo/random.ts'
import { waitFor } from '../../src/demo/wait-for.ts'
import { messageOf } from '../../src/event/errors.ts'
import { groupOffsets } from '../../src/kafka/group-offsets.ts'
import type { Cluster } from './cluster.ts'
import { watchCommits } from './commits.ts'
import { gather } from './evidence.ts'
import type { Fault } from './faults.ts'
import { openLoad } from './load.ts'
import { rules } from './plugin-rules.ts'
import { Scene } from './scene.ts'
import { judge, type Verdict } from './verdict.ts'

export interface TrialOptions {
  cluster: Cluster
  name: string
  fault: Fault
  folder: string
  seed: number
  replicas: number
  perSecond: number
  /** How long the load goes on before the fault, and after everything is mended. */
  quietMs: number
  say(message: string): void
  signal: AbortSignal
}

export interface TrialResult extends Verdict {
  name: string
  seconds: number
  refused: number
}

const CAUGHT_UP_MS = 90_000

/** One fault under load, in a topic and a group of its own, and what is to be said of it. */
export async function runTrial(options: TrialOptions): Promise<TrialResult> {
  const startedAtMs = Date.now()
  const random = seededRandom(options.seed)
  const name = options.name.replaceAll(' ', '-')
  const scene = new Scene({ ...options, name, random })
  let verdict: Omit<TrialResult, 'name' | 'seconds'>
  try {
    await scene.setUp(options.replicas)
    verdict = await suffer(scene, options)
  } catch (error) {
    if (options.signal.aborted) throw error
    verdict = { ...NOTHING, problems: [messageOf(error)] }
  } finally {
    await scene.end()
  }
  const seconds = Math.round((Date.now() - startedAtMs) / 1_000)
  const problems = [...scene.problems, ...verdict.problems]
  return { ...verdict, name: options.name, seconds, problems }
}

const NOTHING = {
  published: 0,
  lost: 0,
  duplicates: 0,
  orderBreaks: 0,
  longestPauseMs: 0,
  refused: 0,
}

async function suffer(scene: Scene, options: TrialOptions) {
  const { cluster, random, topic, groupId, signal } = { ...options, ...scene }
  const load = await openLoad({ cluster, topic, random, perSecond: options.perSecond })
  const watch = await watchCommits(cluster, groupId, topic)
  const problems: string[] = []
  const attempt = (work: Promise<unknown>) => work.catch((error) => problems.push(messageOf(error)))
  try {
    load.start()
    await sleep(options.quietMs, undefined, { signal })
    await attempt(options.fault(scene).then(() => scene.shared()))
    await sleep(options.quietMs, undefined, { signal })
    await load.stop()
    await attempt(caughtUp(scene))
    scene.requireAlive()
  } finally {
    await Promise.all([load.stop(), watch.stop()])
  }
  const evidence = { commits: watch.samples, acknowledged: load.acknowledged }
  const verdict = judge(await gather(scene, evidence), rules)
  await Promise.all([...scene.replicas].map((replica) => scene.stop(replica)))
  const refused = load.refused.length
  return { ...verdict, refused, problems: [...problems, ...verdict.problems] }
}

async function caughtUp({ cluster, groupId, topic, signal }: Scene): Promise<void> {
  const isEven = async () =>
    (await groupOffsets(cluster.kafka, groupId, [topic])).every(
      ({ committed, end }) => (committed ?? 0) === end,
    )
  const options = { timeoutMs: CAUGHT_UP_MS, intervalMs: 500, signal }
  await waitFor('the group to commit everything', isEven, options)
}
