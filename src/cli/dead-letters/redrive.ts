import { audited } from '../../operate/audited.ts'
import type { LetterChoice } from '../../operate/dead-letters/letter-choice.ts'
import { type Plan, type Planned, planRedrive } from '../../operate/dead-letters/plan-redrive.ts'
import { redriveAll, sumsOf } from '../../operate/dead-letters/redrive.ts'
import { Pace } from '../../operate/pace.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { counted } from '../../util/text/counted.ts'
import { foreignText } from '../../util/text/foreign-text.ts'
import { type AuditOptions, auditOf, byCommand } from '../shared/audit.ts'
import { print, printJson, printTable, usage } from '../shared/output.ts'
import { type ListedLetter, letterJson, letterTable } from './found-letter.ts'
import { type LetterParts, withLetters } from './parts.ts'

export interface RedriveOptions extends Omit<LetterChoice, 'group'>, AuditOptions {
  yes?: true
  json?: true
  /** Records per second. */
  rate: number
}

const SHOWN = 5

/** Redrives dead letters of KAFKA_GROUP_ID, or lists those that would be redriven. */
export function redriveDeadLetters(options: RedriveOptions): Promise<void> {
  return withLetters(options, async (parts) => {
    const choice = { ...options, group: parts.groupId }
    const plan = await planRedrive(choice, parts)
    if (options.yes) await redriveAudited(plan, choice, parts)
    else showPreview(plan, options)
    requireNoneRefused(plan)
  })
}

/** What was planned, and what did not fit, is one entry. */
function redriveAudited(
  plan: Plan,
  choice: LetterChoice & RedriveOptions,
  parts: LetterParts,
): Promise<void> {
  const work = () => redrive(plan, choice, parts)
  if (plan.total === 0) return work()
  const actor = byCommand(auditOf(choice))
  const what = sumsOf(plan)
  return audited(parts, { action: 'dead-letters redrive', what, count: plan.total, actor }, work)
}

async function redrive(
  plan: Plan,
  choice: LetterChoice & RedriveOptions,
  parts: LetterParts,
): Promise<void> {
  const { signal } = parts
  // Events that are dead-lettered again in the meantime are not redriven by the same command.
  const older = { ...choice, to: choice.to ?? clock.now() }
  const pace = new Pace({ ratePerSecond: choice.rate, clock, signal })
  let redriven = 0
  const onRedriven = (count: number) => {
    redriven = count
  }
  try {
    await redriveAll(plan, older, { ...parts, pace, onRedriven })
    if (signal.aborted && redriven < plan.total) throw usage(INTERRUPTED)
  } finally {
    const counts = { redriven, ...beforeOf(plan) }
    if (choice.json) printJson({ ...counts, refused: plan.refused })
    else print(`${redriven} redriven, ${beforeText(plan)}`)
  }
}

const INTERRUPTED = 'interrupted; run it again to redrive the rest, none is sent twice'

function showPreview(plan: Plan, { json }: RedriveOptions): void {
  const { total, planned, counts, refused } = plan
  const letters = planned.map(listed)
  const sums = [...counts].sort()
  if (json) {
    const before = beforeOf(plan)
    const byCause = Object.fromEntries(sums)
    printJson({ toRedrive: total, ...before, byCause, letters: letters.map(letterJson), refused })
    return
  }
  print(`${total} to redrive, ${beforeText(plan)}`)
  for (const [what, count] of sums) print(`  ${foreignText(what)}: ${count}`)
  if (total === 0) return
  printTable(letterTable(letters.slice(0, SHOWN)))
  print(`Dry run. Add --yes to redrive ${total === 1 ? 'it' : `these ${total}`}.`)
}

function listed({ deadLetter, id, name }: Planned): ListedLetter {
  return { read: { type: 'letter', letter: deadLetter }, settlement: { type: 'open' }, id, name }
}

function beforeOf({ redrivenBefore, discardedBefore }: Plan) {
  return { redrivenBefore, discardedBefore }
}

function beforeText({ redrivenBefore, discardedBefore }: Plan): string {
  const discarded = discardedBefore > 0 ? `, ${discardedBefore} discarded` : ''
  return `${redrivenBefore} redriven before${discarded}`
}

/** Throws USAGE, naming those that stay open and why. */
function requireNoneRefused({ refused }: Plan): void {
  if (refused.length === 0) return
  const lines = refused.slice(0, SHOWN).map(({ place, why }) => `  ${place}: ${foreignText(why)}`)
  const more = refused.length > SHOWN ? [`  and ${refused.length - SHOWN} more`] : []
  const what = `${counted(refused.length, 'dead letter')} not redriven; "dead-letters discard" closes them:`
  throw usage([what, ...lines, ...more].join('\n'))
}
