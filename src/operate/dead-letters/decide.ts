import type { Kafka } from 'kafkajs'
import type { Audit } from '../../control/control-record.ts'
import { type Decision, decisionRecordOf } from '../../dead-letter/decision.ts'
import type { RedriveRecord } from '../../dead-letter/redrive-record.ts'
import { createProducer } from '../../kafka/producer/producer.ts'
import type { Pace } from '../pace.ts'
import { chosenBy } from './chosen.ts'
import type { LetterChoice } from './letter-choice.ts'
import type { PlanParts } from './plan-redrive.ts'
import type { Scanned } from './scan-letters.ts'
import { type Settled, type Settlement, settlementBy } from './settled.ts'

type Letter = Omit<Scanned, 'record'>

/** A dead letter that a decision is about, with the record that says so. */
export interface Decided extends Letter {
  decision: Decision
  record: RedriveRecord
}

export interface DecisionPlan {
  decided: Decided[]
  /** How many of the chosen ones a decision would not change. */
  unchanged: number
}

/** What a letter must be, for a decision to change something. */
const BEFORE: Record<Decision['type'], Settlement['type']> = {
  discard: 'open',
  restore: 'discarded',
}

/** Plans a decision about the chosen dead letters. */
export async function planDecision(
  type: Decision['type'],
  choice: LetterChoice,
  audit: Audit,
  { scan, settled, groupId }: PlanParts,
): Promise<DecisionPlan> {
  const plan: DecisionPlan = { decided: [], unchanged: 0 }
  const chosen = chosenBy(choice)
  await scan(choice, (found) => {
    chosen.found(found)
    const isChanged = settled.of(found.read.letter).type === BEFORE[type]
    if (isChanged) plan.decided.push(decidedOf(type, found, audit))
    else plan.unchanged += 1
  })
  chosen.requireAll(groupId)
  return plan
}

function decidedOf(type: Decision['type'], found: Scanned, audit: Audit): Decided {
  const { record, ...letter } = found
  const { place, origin, groupId = '' } = letter.read.letter
  const { topic, partition, key } = record
  const { by, at, why } = audit
  const decision: Decision = { type, place, groupId, origin, by, at, why }
  const copy = { topic, partition, key: key === null ? null : Buffer.from(key) }
  return { ...letter, decision, record: decisionRecordOf(decision, copy) }
}

export interface DecideParts {
  kafka: Kafka
  settled: Pick<Settled, 'add'>
  signal: AbortSignal
  pace?: Pace
  /** Another one is acknowledged. */
  onDecided?(count: number): void
}

/** Writes the decisions, one after the other. Resolves with how many when `signal` aborts. */
export async function decideAll(
  decided: readonly Decided[],
  { kafka, settled, signal, pace, onDecided }: DecideParts,
): Promise<number> {
  const producer = await createProducer(kafka)
  let count = 0
  try {
    for (const { decision, record } of decided) {
      await pace?.turn()
      if (signal.aborted) return count
      const { topic, ...rest } = record
      await producer.send(topic, [rest])
      settled.add(decision, settlementBy(decision))
      count += 1
      onDecided?.(count)
    }
    return count
  } finally {
    await producer.close()
  }
}
