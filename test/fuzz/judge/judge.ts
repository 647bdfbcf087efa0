import { isDeepStrictEqual } from 'node:util'
import { waitUntil } from '../../../src/dev/stack/process/poll.ts'
import type { Play } from '../play/player.ts'
import { readiness } from '../play/settle.ts'
import type { Call } from '../plugins/recorded.ts'
import type { Letter } from '../world/letters.ts'
import { judgeLetters } from './judge-letters.ts'
import { judgeMetrics } from './judge-metrics.ts'
import type { Problem } from './problem.ts'

/** Where the records of a case begin among those of its world. */
export interface Since {
  calls: number
  letters: number
}

/** What a case left behind. */
export interface Seen {
  calls: readonly Call[]
  letters: readonly Letter[]
}

/** Calls are reported by another process, a moment later than they end. */
const REPORTED_MS = 2_000

export interface Verdict {
  problems: Problem[]
  /** Whether nothing of the case is left, so that another one may follow. */
  isOver: boolean
}

/** Everything that is wrong after a case; waits for its end first. */
export async function judge(play: Play, since: Since): Promise<Verdict> {
  const { world, places, patienceMs, expected } = play
  if (play.problems.length > 0) return { problems: play.problems, isOver: false }
  const left = await places.reachEnds(patienceMs)
  const ended = world.service.ended()
  if (ended !== undefined) {
    const text = `the service ended: ${ended}`
    return { problems: [{ step: culprit(play, left), text }], isOver: false }
  }
  if (left.length > 0) {
    const at = left.map(({ partition, committed, end }) => `${partition}@${committed} of ${end}`)
    const text = `nothing is committed beyond ${at.join(', ')}`
    return { problems: [{ step: culprit(play, left), text }], isOver: false }
  }
  const calls = () => world.service.calls.slice(since.calls)
  const total = expected.calls.reduce((sum, { attempts }) => sum + attempts, 0)
  await waitUntil(() => calls().length >= total, { timeoutMs: REPORTED_MS, intervalMs: 5 })
  await world.letters.catchUp()
  const seen = { calls: calls(), letters: world.letters.all.slice(since.letters) }
  const problems = [
    ...judgeCalls(play, seen),
    ...judgeOrder(seen.calls),
    ...judgeLetters(play, seen),
    ...(await judgeMetrics(play, seen)),
    ...(await judgeHealth(play)),
  ]
  return { problems, isOver: true }
}

/** The step that wrote the first record that is not done. */
function culprit(
  { expected: { stepAt } }: Play,
  left: readonly { partition: number; committed: number }[],
): number | undefined {
  const steps = left.map(({ partition, committed }) => stepAt.get(`${partition}@${committed}`))
  return steps.find((step) => step !== undefined)
}

function judgeCalls({ expected }: Play, { calls }: Seen): Problem[] {
  const problems: Problem[] = []
  const made = Map.groupBy(calls, ({ plugin, id }) => `${plugin} ${id}`)
  for (const { step, plugin, id, attempts, event } of expected.calls) {
    const own = made.get(`${plugin} ${id}`) ?? []
    made.delete(`${plugin} ${id}`)
    const say = (text: string) =>
      problems.push({ step, text: `${plugin}, event ${JSON.stringify(id)}: ${text}` })
    if (own.length !== attempts) say(`expected ${attempts} calls, got ${own.length}`)
    const other = own.find((call) => !isDeepStrictEqual(JSON.parse(call.event), plain(event)))
    if (other !== undefined) say(`expected ${JSON.stringify(event)}, got ${other.event}`)
  }
  for (const [name, own] of made) {
    const { partition, offset } = own[0]!
    const place = `${partition}@${offset}`
    if (expected.eitherPlaces.has(place)) continue
    const step = expected.stepAt.get(place)
    problems.push({ step, text: `${name} of ${place}: expected no call, got ${own.length}` })
  }
  return problems
}

/** As JSON leaves it. */
function plain(event: object): unknown {
  return JSON.parse(JSON.stringify(event))
}

/** Per plugin and key, events begin in the order of their offsets. */
function judgeOrder(calls: readonly Call[]): Problem[] {
  const last = new Map<string, number>()
  return calls.flatMap(({ plugin, partition, key, offset }) => {
    // Records without a key are in no order.
    if (key === null) return []
    const lane = JSON.stringify([plugin, partition, key])
    const before = last.get(lane) ?? -1
    last.set(lane, Math.max(before, offset))
    if (offset >= before) return []
    return [{ step: undefined, text: `${plugin} got ${partition}@${offset} after ${before}` }]
  })
}

async function judgeHealth(play: Play): Promise<Problem[]> {
  const { status, checks } = await readiness(play)
  const bad = checks.filter(({ ok, note }) => !ok || note !== undefined)
  if (status === 200 && bad.length === 0) return []
  return [{ step: undefined, text: `/readyz: ${status} ${JSON.stringify(bad)}` }]
}
