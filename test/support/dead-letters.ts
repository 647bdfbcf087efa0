import { type Decision, decisionRecordOf } from '../../src/dead-letter/decision.ts'
import { DLQ, REDRIVE } from '../../src/dead-letter/headers.ts'
import { type HeadersByName, headersOf } from '../../src/event/headers.ts'
import type { SourceRecord } from '../../src/event/record.ts'

export const LETTERS = { topic: 't.dead-letters', partition: 3 }
export const GROUP = 'mine'

export function placeAt(offset: number): string {
  return `${LETTERS.topic}/${LETTERS.partition}@${offset}`
}

/** A record of a topic of dead letters that the service has written; headers replace those of an example. */
export function letterRecord(offset: number, headers: HeadersByName = {}): SourceRecord {
  return {
    ...LETTERS,
    offset,
    timestampMs: 1_000 + offset,
    key: Buffer.from(`lot-${offset}`),
    value: Buffer.from('x'),
    headers: headersOf({
      ce_id: `evt-${offset}`,
      ce_type: 'inventory.moved',
      [DLQ.plugin]: 'cold-chain',
      [DLQ.reason]: 'exhausted',
      [DLQ.error]: `no shelf "${offset}" in hall 7`,
      [DLQ.errorType]: 'TypeError',
      [DLQ.errorAt]: 'cold-chain.ts:14:20',
      [DLQ.attempts]: '3',
      [DLQ.group]: GROUP,
      [DLQ.topic]: 't',
      [DLQ.partition]: '3',
      [DLQ.offset]: '7',
      ...headers,
    }),
  }
}

export function redriveRecord(of: number, headers: HeadersByName = {}): SourceRecord {
  const record = letterRecord(0)
  const own = { [REDRIVE.letter]: placeAt(of), [REDRIVE.group]: GROUP, [DLQ.offset]: '7' }
  return {
    ...record,
    topic: 't.redrive',
    timestampMs: 5_000,
    headers: headersOf({ ...own, ...headers }),
  }
}

export function decisionRecord(
  type: Decision['type'],
  offset: number,
  of: number,
  groupId = GROUP,
): SourceRecord {
  const audit = { by: 'ann', at: '2026-01-01T00:00:00.000Z', why: 'counted' }
  const written = decisionRecordOf(
    { type, place: placeAt(of), groupId, ...audit },
    letterRecord(of),
  )
  return { ...written, offset, timestampMs: 6_000 }
}
