import { timeText } from '../../event/time/timestamp.ts'
import { type Actor, audited, type GroupPorts } from '../../operate/audited.ts'
import { decideAll, planDecision } from '../../operate/dead-letters/decide.ts'
import { planRedrive } from '../../operate/dead-letters/plan-redrive.ts'
import { redriveAll } from '../../operate/dead-letters/redrive.ts'
import { scanPlaces } from '../../operate/dead-letters/scan-places.ts'
import { Pace } from '../../operate/pace.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { counted } from '../../util/text/counted.ts'
import type { JobSpec, Progress } from '../jobs/job.ts'
import { type LetterAction, sumsOf } from '../view/dead-letters/letter-preview.ts'
import type { LetterRow } from '../view/dead-letters/letter-row.ts'
import type { FollowedLetters } from './followed-letters.ts'
import { settledOf } from './settled-of.ts'

export interface ActionPorts extends GroupPorts {
  clock: Clock
  letters: FollowedLetters
}

const RATE_PER_SECOND = 100
const FIRST = 10
/** Time to see what became of the first ones, and to stop. */
const PAUSE_MS = 3_000

/** The job that does what someone decided, to exactly these dead letters. */
export function actionJob(
  ports: ActionPorts,
  action: LetterAction,
  rows: readonly LetterRow[],
  { by, why }: { by: string; why: string },
): JobSpec {
  const name = `dead-letters ${action}` as const
  return {
    ...{ action: name, what: counted(rows.length, 'dead letter'), lane: 'dead-letters' },
    ...{ role: 'operator', by, why, total: rows.length },
    work(progress, signal) {
      const actor: Actor = { by, why, at: timeText(ports.clock.now()), via: 'console' }
      const what = sumsOf(rows).map(({ plugin, reason, count }) => `${plugin} ${reason}: ${count}`)
      const entry = { action: name, what, count: rows.length, actor }
      return audited(ports, entry, () => act(ports, action, rows, { actor, progress, signal }))
    },
  }
}

interface Acting {
  actor: Actor
  progress: Progress
  signal: AbortSignal
}

async function act(
  ports: ActionPorts,
  action: LetterAction,
  rows: readonly LetterRow[],
  acting: Acting,
): Promise<string> {
  await ports.letters.refresh()
  const places = rows.map(({ place }) => place).filter((place) => ports.letters.index.at(place))
  const gone = rows.length - places.length
  const done = await doTo(ports, action, places, acting)
  return gone > 0 ? `${done}, ${gone} not there any more` : done
}

async function doTo(
  { kafka, groupId, clock, letters }: ActionPorts,
  action: LetterAction,
  places: readonly string[],
  { actor, progress, signal }: Acting,
): Promise<string> {
  if (places.length === 0) return 'nothing was left to do'
  const choice = { places, group: groupId }
  const settled = settledOf(letters, clock)
  const parts = { kafka, groupId, settled, signal, scan: scanPlaces(kafka, signal) }
  const onDone = (done: number) => progress({ done, note: '' })
  const onPause = () => progress({ note: `a wait after the first ${FIRST}` })
  const afterFirst = { count: FIRST, pauseMs: PAUSE_MS, onPause }
  const pace = new Pace({ ratePerSecond: RATE_PER_SECOND, clock, signal, afterFirst })
  switch (action) {
    case 'redrive': {
      const plan = await planRedrive(choice, parts)
      const total = plan.total
      progress({ total })
      const count = await redriveAll(plan, choice, { ...parts, pace, onRedriven: onDone })
      const before = plan.redrivenBefore + plan.discardedBefore
      return resultOf('redriven', { count, total, before, refused: plan.refused.length })
    }
    case 'discard':
    case 'restore': {
      const { decided, unchanged } = await planDecision(action, choice, actor, parts)
      const total = decided.length
      progress({ total })
      const count = await decideAll(decided, { ...parts, pace, onDecided: onDone })
      const word = action === 'discard' ? 'discarded' : 'restored'
      return resultOf(word, { count, total, before: unchanged, refused: 0 })
    }
  }
}

interface Counts {
  count: number
  total: number
  before: number
  refused: number
}

/** Throws if it was stopped, so that the audit says so. */
function resultOf(word: string, { count, total, before, refused }: Counts): string {
  if (count < total) {
    throw new InventoryEventsError('USAGE', `stopped: ${count} of ${total} ${word}`)
  }
  const others = before > 0 ? `, ${before} settled by others before` : ''
  return `${count} ${word}${others}${refused > 0 ? `, ${refused} can't be redriven` : ''}`
}
