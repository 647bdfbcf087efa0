import type { ActionName } from '../../control/audit-record.ts'
import type { Decision } from '../../dead-letter/decision.ts'
import { audited } from '../../operate/audited.ts'
import { type Decided, decideAll, planDecision } from '../../operate/dead-letters/decide.ts'
import { type AuditOptions, auditOf, byCommand } from '../shared/audit.ts'
import { print, printTable, usage } from '../shared/output.ts'
import { type ListedLetter, letterTable } from './found-letter.ts'
import { type LetterParts, withLetters } from './parts.ts'

export interface DecideOptions extends AuditOptions {
  places: readonly string[]
  id?: readonly string[]
  why: string
  yes?: true
}

interface Words {
  action: ActionName
  done: string
  /** What those are that it does not change. */
  unchanged: string
  effect: string
}

const WORDS: Record<Decision['type'], Words> = {
  discard: {
    action: 'dead-letters discard',
    done: 'discarded',
    unchanged: 'redriven or discarded before',
    effect: '"dead-letters restore" takes it back.',
  },
  restore: {
    action: 'dead-letters restore',
    done: 'restored',
    unchanged: 'not discarded',
    effect: 'They are open then, and can be redriven.',
  },
}

/** Discards or restores dead letters of KAFKA_GROUP_ID, or lists them. */
export async function decideDeadLetters(
  type: Decision['type'],
  { places, ...options }: DecideOptions,
): Promise<void> {
  if (options.why.trim() === '') throw usage('--why: expected a reason, got an empty text')
  const { id, yes } = options
  const choice = { ...(places.length > 0 && { places }), ...(id !== undefined && { id }) }
  if (places.length === 0 && id === undefined) throw usage('expected a place or --id')
  const words = WORDS[type]
  await withLetters(choice, async (parts) => {
    const audit = auditOf(options)
    const ofGroup = { ...choice, group: parts.groupId }
    const { decided, unchanged } = await planDecision(type, ofGroup, audit, parts)
    if (yes && decided.length > 0) await decide(words.action, decided, audit, parts)
    if (!yes && decided.length > 0) {
      printTable(letterTable(decided.map((each) => listed(each, parts))))
    }
    print(`${decided.length} ${yes ? words.done : `to ${type}`}, ${unchanged} ${words.unchanged}`)
    if (!yes && decided.length > 0) print(`Dry run. Add --yes to ${type}. ${words.effect}`)
  })
}

function listed({ read, id, name }: Decided, { settled }: LetterParts): ListedLetter {
  return { read, id, name, settlement: settled.of(read.letter) }
}

function decide(
  action: ActionName,
  decided: readonly Decided[],
  audit: ReturnType<typeof auditOf>,
  { kafka, groupId, settled, signal }: LetterParts,
): Promise<void> {
  const what = decided.map(({ decision }) => decision.place)
  const actor = byCommand(audit)
  return audited({ kafka, groupId }, { action, what, count: decided.length, actor }, async () => {
    const count = await decideAll(decided, { kafka, settled, signal })
    if (count < decided.length) throw usage(`interrupted after ${count} of ${decided.length}`)
  })
}
