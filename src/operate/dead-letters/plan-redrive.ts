import type { DeadLetterInfo } from '../../dead-letter/read-dead-letter.ts'
import { type RedriveRecord, redriveRecordOf } from '../../dead-letter/redrive-record.ts'
import { placeOf } from '../../event/record.ts'
import { bytesOf, copyRecord } from '../../pipeline/intake/copy-record.ts'
import { redriveTopicOf } from '../../topics/names.ts'
import { chosenBy } from './chosen.ts'
import type { LetterChoice } from './letter-choice.ts'
import type { Content, Scan } from './scan-letters.ts'
import type { Settled } from './settled.ts'

/** What is needed to plan. */
export interface PlanParts {
  scan: Scan
  settled: Pick<Settled, 'of' | 'hasRedrivePartition'>
  groupId: string
}

export interface Planned extends Content {
  deadLetter: DeadLetterInfo
  record: RedriveRecord
}

export interface Plan {
  /** In partition order; as many as fit in memory. */
  planned: Planned[]
  /** The number to redrive by plugin and reason, including those beyond `planned`. */
  counts: Map<string, number>
  total: number
  redrivenBefore: number
  discardedBefore: number
  /** Those that can't be redriven, and why. */
  refused: Refused[]
}

export interface Refused {
  place: string
  why: string
}

const PLANNED_MAX_BYTES = 64 * 1024 * 1024

/** Plans to redrive the chosen dead letters, except those that were redriven or discarded. */
export async function planRedrive(choice: LetterChoice, parts: PlanParts): Promise<Plan> {
  const { scan, settled, groupId } = parts
  const plan: Plan = {
    planned: [],
    counts: new Map(),
    total: 0,
    redrivenBefore: 0,
    discardedBefore: 0,
    refused: [],
  }
  const chosen = chosenBy(choice)
  let bytes = 0
  await scan(choice, (found) => {
    const { read, record, id, name } = found
    const { place } = read.letter
    chosen.found(found)
    const settlement = settled.of(read.letter)
    if (settlement.type === 'redriven') plan.redrivenBefore += 1
    if (settlement.type === 'discarded') plan.discardedBefore += 1
    if (settlement.type !== 'open') return
    if (read.type === 'unreadable') {
      plan.refused.push({ place, why: `unreadable: ${read.letter.why}` })
      return
    }
    const deadLetter = read.letter
    const why = whyRefused(deadLetter, settled)
    if (why !== undefined) {
      plan.refused.push({ place, why })
      return
    }
    const what = `${deadLetter.plugin} ${deadLetter.reason}`
    plan.counts.set(what, (plan.counts.get(what) ?? 0) + 1)
    plan.total += 1
    // `bytes` only grows: once a record does not fit, all later ones are left out too, so that the
    // order of each entity is kept.
    bytes += bytesOf(record)
    if (bytes > PLANNED_MAX_BYTES && plan.planned.length > 0) return
    const planned = redriveRecordOf(deadLetter, copyRecord(record))
    plan.planned.push({ deadLetter, record: planned, id, name })
  })
  chosen.requireAll(groupId)
  return plan
}

/** A stub has no value; a record for a partition that is not there would fail, and end the rest. */
export function whyRefused(
  deadLetter: DeadLetterInfo,
  settled: Pick<Settled, 'hasRedrivePartition'>,
): string | undefined {
  const { topic, partition, stub } = deadLetter
  if (stub !== undefined) {
    return `too large for its topic, so only a stub was written; replay ${placeOf(deadLetter)} for ${deadLetter.plugin} while the input still holds it`
  }
  if (settled.hasRedrivePartition(topic, partition)) return undefined
  return `dlq.partition: ${redriveTopicOf(topic)} has no partition ${partition}`
}
